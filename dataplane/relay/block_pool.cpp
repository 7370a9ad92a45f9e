#include "dataplane/relay/block_pool.hpp"

#include <algorithm>
#include <new>

namespace holdfast::relay {

BlockPool::~BlockPool() {
    for (auto& list : free_) {
        for (auto* block : list)
            ::operator delete(block);
    }
}

Block* BlockPool::acquire(std::size_t bytes) {
    auto const size = std::lower_bound(kSizes.begin(), kSizes.end(), bytes);
    std::size_t const capacity = size == kSizes.end() ? bytes : *size;
    bytes_out_ += capacity;
    if (size != kSizes.end()) {
        auto& list = free_[static_cast<std::size_t>(size - kSizes.begin())];
        if (!list.empty()) {
            auto* const block = list.back();
            list.pop_back();
            return block;
        }
    }
    return new (::operator new(sizeof(Block) + capacity))
        Block{static_cast<std::uint32_t>(capacity), 0, 0, 0};
}

void BlockPool::release(Block* block) noexcept {
    bytes_out_ -= block->capacity;
    auto const size = std::find(kSizes.begin(), kSizes.end(), block->capacity);
    if (size != kSizes.end()) {
        auto& list = free_[static_cast<std::size_t>(size - kSizes.begin())];
        if ((list.size() + 1) * block->capacity <= kKeptBytesMax) {
            block->begin = block->unsent_end = block->end = 0;
            list.push_back(block);
            return;
        }
    }
    ::operator delete(block);
}

}  // namespace holdfast::relay
