#include "controller/kube/deletion_guard.hpp"

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

}  // namespace holdfast::controller::kube
