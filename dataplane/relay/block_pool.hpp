#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace holdfast::relay {

/// A piece of memory that a slow or half-spoken peer needs for a while; its bytes follow it.
struct Block {
    std::uint32_t capacity;    ///< Bytes behind this header.
    std::uint32_t begin;       ///< First byte that waits to be sent.
    std::uint32_t unsent_end;  ///< End of what may be sent; an incomplete frame follows.
    std::uint32_t end;

    [[nodiscard]] std::uint8_t* bytes() noexcept {
        return reinterpret_cast<std::uint8_t*>(this + 1);
    }
};

/// Blocks in a few sizes, kept for reuse within bounds and given back beyond them, so that a
/// burst leaves no memory behind.
///
/// Threads  none; one per worker.
class BlockPool {
public:
    BlockPool() = default;
    BlockPool(BlockPool const&) = delete;
    BlockPool& operator=(BlockPool const&) = delete;
    ~BlockPool();

    /// An empty block of at least `bytes`.
    [[nodiscard]] Block* acquire(std::size_t bytes);
    void release(Block* block) noexcept;

    /// Bytes of all blocks that are out now.
    [[nodiscard]] std::size_t bytes_out() const noexcept { return bytes_out_; }

private:
    /// A partial header or control frame; a small message; a held frame; a whole scratch read.
    static constexpr std::array<std::size_t, 4> kSizes{192, 4 * 1024, 20 * 1024, 96 * 1024};
    static constexpr std::size_t kKeptBytesMax = 512 * 1024;

    std::array<std::vector<Block*>, kSizes.size()> free_;
    std::size_t bytes_out_ = 0;
};

}  // namespace holdfast::relay
