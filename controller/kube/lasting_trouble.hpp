#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "common/base/clock.hpp"

namespace holdfast::controller::kube {

/// A trouble of something that is tried again and again, and when people are told of it: when it
/// begins, after kReminderMin, then after twice as long each time, kReminderMax at most, and when
/// it ends.
///
/// Threads  none; no clock of its own.
class LastingTrouble {
public:
    static constexpr auto kReminderMin = std::chrono::minutes(1);
    static constexpr auto kReminderMax = std::chrono::hours(1);

    enum class Telling : std::uint8_t { nothing, beginning, reminder, end };

    /// How it stands at `now`; without a text there is none.
    [[nodiscard]] Telling hear(std::string const& text, TimePoint now);

    /// As last heard; empty while there is none.
    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    /// When the last one began.
    [[nodiscard]] TimePoint since() const noexcept { return since_; }

private:
    std::string text_;
    TimePoint since_;
    TimePoint remind_at_;
    std::chrono::seconds interval_{kReminderMin};
};

}  // namespace holdfast::controller::kube
