#include "controller/kube/lasting_trouble.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::controller::kube {

LastingTrouble::Telling LastingTrouble::hear(std::string const& text, TimePoint now) {
    bool const before = !std::exchange(text_, text).empty();
    if (text.empty()) return before ? Telling::end : Telling::nothing;
    if (!before) {
        since_ = now;
        interval_ = kReminderMin;
        remind_at_ = now + interval_;
        return Telling::beginning;
    }
    if (now < remind_at_) return Telling::nothing;
    interval_ = std::min<std::chrono::seconds>(2 * interval_, kReminderMax);
    remind_at_ = now + interval_;
    return Telling::reminder;
}

}  // namespace holdfast::controller::kube
