#include "controller/kube/deletion_guard.hpp"

#include <ranges>
#include <utility>

namespace holdfast::controller::kube {

void DeletionGuard::definition_gone() noexcept {
    gone_ = true;
    release_at_.reset();
}

std::vector<std::string> DeletionGuard::definition_stands(std::size_t objects, TimePoint now) {
    if (gone_) {
        if (!release_at_ && objects > 0) release_at_ = now + kReturnTime;
        if (!release_at_ || now < *release_at_) return {};
        gone_ = false;
        release_at_.reset();
    }
    auto const gone = std::exchange(doubts_, {});
    return {gone.begin(), gone.end()};
}

std::string DeletionGuard::names_in_doubt() const {
    constexpr std::size_t kShown = 5;
    std::string names;
    for (std::string const& key : doubts_ | std::views::take(kShown)) {
        names += (names.empty() ? "" : ", ") + key;
    }
    return doubts_.size() > kShown ? names + " and others" : names;
}

}  // namespace holdfast::controller::kube
