#include "tests/support/seed.hpp"

#include <cstdio>
#include <cstdlib>
#include <random>

namespace holdfast::test {
namespace {

std::uint64_t choose_seed() {
    char const* const given = std::getenv("HOLDFAST_SEED");
    std::uint64_t const seed =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::printf("HOLDFAST_SEED=%llu\n", static_cast<unsigned long long>(seed));
    return seed;
}

}  // namespace

std::uint64_t seed() {
    static std::uint64_t const chosen = choose_seed();
    return chosen;
}

}  // namespace holdfast::test
