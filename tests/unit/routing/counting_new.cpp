#include "tests/unit/routing/counting_new.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

// A file of its own: seen together with their callers, GCC takes malloc and free in these
// functions for a mismatch with the new and delete that they replace.
namespace holdfast::counting_new {
namespace {

std::atomic<std::size_t> allocations_count{0};
std::atomic<std::size_t> bytes_count{0};

void* allocate(std::size_t size) noexcept {
    ++allocations_count;
    bytes_count += size;
    return std::malloc(size);
}

}  // namespace

std::size_t allocations() noexcept { return allocations_count; }
std::size_t bytes() noexcept { return bytes_count; }

}  // namespace holdfast::counting_new

void* operator new(std::size_t size) {
    if (void* const memory = holdfast::counting_new::allocate(size)) return memory;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, std::nothrow_t const&) noexcept {
    return holdfast::counting_new::allocate(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
