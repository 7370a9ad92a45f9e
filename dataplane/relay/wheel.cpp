#include "dataplane/relay/wheel.hpp"

#include <algorithm>

namespace holdfast::relay {

Wheel::Wheel() noexcept {
    for (auto& head : slots_)
        head.next = head.previous = &head;
}

void Wheel::add(WheelNode& node, std::uint64_t due, std::uint64_t now) noexcept {
    remove(node);
    // An empty wheel has stood still; nothing is lost by catching up in one step.
    if (!next()) now_ = std::max(now_, now);
    node.due = std::clamp(due, now_, now_ + kSlots - 1);
    std::size_t const slot = node.due % kSlots;
    auto& head = slots_[slot];
    node.next = &head;
    node.previous = head.previous;
    head.previous->next = &node;
    head.previous = &node;
    occupied_[slot / 64] |= 1ULL << slot % 64;
}

void Wheel::remove(WheelNode& node) noexcept {
    if (node.next == nullptr) return;
    node.next->previous = node.previous;
    node.previous->next = node.next;
    node.next = node.previous = nullptr;
    std::size_t const slot = node.due % kSlots;
    if (is_empty(slot)) occupied_[slot / 64] &= ~(1ULL << slot % 64);
}

WheelNode* Wheel::pop(std::uint64_t now) noexcept {
    auto const first = next();
    if (!first || *first > now) {
        now_ = std::max(now_, now + 1);
        return nullptr;
    }
    now_ = *first;
    auto* const node = slots_[*first % kSlots].next;
    remove(*node);
    return node;
}

std::optional<std::uint64_t> Wheel::next() const noexcept {
    std::size_t const begin = now_ % kSlots;
    for (std::size_t step = 0; step < kSlots;) {
        std::size_t const slot = (begin + step) % kSlots;
        auto const bits = occupied_[slot / 64] >> slot % 64;
        if (bits != 0) {
            std::size_t const found = step + static_cast<std::size_t>(std::countr_zero(bits));
            if (found < kSlots) return now_ + found;
        }
        step += 64 - slot % 64;
    }
    return std::nullopt;
}

}  // namespace holdfast::relay
