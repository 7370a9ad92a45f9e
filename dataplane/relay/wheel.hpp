#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace holdfast::relay {

/// A place in the wheel; part of what waits.
struct WheelNode {
    WheelNode* next = nullptr;  ///< Null: not in the wheel.
    WheelNode* previous = nullptr;
    std::uint64_t due = 0;  ///< Tick.
};

/// Coarse deadlines for many sessions: adding and removing is O(1) and allocates nothing.
///
/// Time is a count of ticks that never goes back. A node fires at its tick or up to one turn of
/// the wheel earlier when its deadline lies beyond; the owner then looks and adds it again.
///
/// Threads  none.
class Wheel {
public:
    static constexpr std::size_t kSlots = 512;

    Wheel() noexcept;
    Wheel(Wheel const&) = delete;
    Wheel& operator=(Wheel const&) = delete;

    /// Adds the node, or moves it, to fire at tick `due`; `now` is the present tick.
    void add(WheelNode& node, std::uint64_t due, std::uint64_t now) noexcept;
    void remove(WheelNode& node) noexcept;

    /// Takes out one node that is due at `now` or earlier; null when there is none.
    [[nodiscard]] WheelNode* pop(std::uint64_t now) noexcept;
    /// The first tick at which something may fire; nothing when the wheel is empty.
    [[nodiscard]] std::optional<std::uint64_t> next() const noexcept;

private:
    [[nodiscard]] bool is_empty(std::size_t slot) const noexcept {
        return slots_[slot].next == &slots_[slot];
    }

    std::array<WheelNode, kSlots> slots_;  ///< List heads.
    std::array<std::uint64_t, kSlots / 64> occupied_{};
    std::uint64_t now_ = 0;  ///< Everything before this tick has been taken out.
};

}  // namespace holdfast::relay
