#include "controller/source/settling.hpp"

#include <algorithm>
#include <ranges>

namespace holdfast::controller {

void Settling::touched(TimePoint now) {
    if (!first_) first_ = now;
    last_ = now;
}

void Settling::returned(TimePoint now) {
    touched(now);
    returned_ = true;
}

void Settling::written(std::string const& file, TimePoint now) {
    touched(now);
    open_.insert_or_assign(file, now);
}

void Settling::closed(std::string const& file) { open_.erase(file); }

std::optional<TimePoint> Settling::due() const {
    std::optional<TimePoint> due;
    if (first_ && returned_) {
        due = last_ + times_.returned;
    } else if (first_) {
        due = std::min(last_ + times_.quiet, *first_ + times_.longest);
    }
    // A file whose writer sleeps is read in the end, with what it holds by then.
    for (TimePoint const written : open_ | std::views::values) {
        TimePoint const expiry = written + times_.open_file;
        due = due ? std::min(*due, expiry) : expiry;
    }
    return due;
}

std::set<std::string> Settling::take(TimePoint now) {
    std::erase_if(open_, [&](auto const& file) { return file.second + times_.open_file <= now; });
    first_.reset();
    returned_ = false;
    auto const names = open_ | std::views::keys;
    return {names.begin(), names.end()};
}

}  // namespace holdfast::controller
