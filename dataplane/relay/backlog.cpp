#include "dataplane/relay/backlog.hpp"

#include <cstring>

#include "common/base/assert.hpp"

namespace holdfast::relay {

bool Backlog::has_unsent() const noexcept {
    return block_ != nullptr && block_->begin != block_->unsent_end;
}

bool Backlog::has_held() const noexcept { return held_bytes() != 0; }

Bytes Backlog::unsent() const noexcept {
    if (block_ == nullptr) return {};
    return {block_->bytes() + block_->begin, block_->unsent_end - block_->begin};
}

std::size_t Backlog::held_bytes() const noexcept {
    return block_ == nullptr ? 0 : block_->end - block_->unsent_end;
}

void Backlog::append_unsent(BlockPool& pool, Bytes bytes) {
    HOLDFAST_ASSERT(!has_held());
    if (bytes.empty()) return;
    append(pool, bytes);
    block_->unsent_end = block_->end;
}

void Backlog::consume_unsent(BlockPool& pool, std::size_t bytes) noexcept {
    block_->begin += static_cast<std::uint32_t>(bytes);
    if (block_->begin == block_->end) clear(pool);
}

void Backlog::drop_unsent(BlockPool& pool) noexcept {
    if (has_unsent()) consume_unsent(pool, unsent().size());
}

void Backlog::hold(BlockPool& pool, Bytes bytes) {
    if (!bytes.empty()) append(pool, bytes);
}

std::size_t Backlog::take_held(BlockPool& pool, MutableBytes scratch) noexcept {
    if (block_ == nullptr) return 0;
    HOLDFAST_ASSERT(!has_unsent());
    std::size_t const held = held_bytes();
    std::memcpy(scratch.data(), block_->bytes() + block_->unsent_end, held);
    clear(pool);
    return held;
}

std::size_t Backlog::drop_held(BlockPool& pool) noexcept {
    std::size_t const held = held_bytes();
    if (held == 0) return 0;
    block_->end = block_->unsent_end;
    if (block_->begin == block_->end) clear(pool);
    return held;
}

void Backlog::clear(BlockPool& pool) noexcept {
    if (block_ != nullptr) pool.release(block_);
    block_ = nullptr;
}

void Backlog::append(BlockPool& pool, Bytes bytes) {
    std::size_t const kept = block_ == nullptr ? 0 : block_->end - block_->begin;
    if (block_ == nullptr || block_->end + bytes.size() > block_->capacity) {
        Block* const roomy = pool.acquire(kept + bytes.size());
        if (block_ != nullptr) {
            std::memcpy(roomy->bytes(), block_->bytes() + block_->begin, kept);
            roomy->unsent_end = block_->unsent_end - block_->begin;
            roomy->end = static_cast<std::uint32_t>(kept);
            pool.release(block_);
        }
        block_ = roomy;
    }
    std::memcpy(block_->bytes() + block_->end, bytes.data(), bytes.size());
    block_->end += static_cast<std::uint32_t>(bytes.size());
}

}  // namespace holdfast::relay
