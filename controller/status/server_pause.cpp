#include "controller/status/server_pause.hpp"

#include <algorithm>

namespace holdfast::controller {

Refusal refusal(Outcome<kube::Answer> const& answer) {
    if (!answer) return Refusal::all;
    int const status = answer->status;
    if (status >= 200 && status < 300) return Refusal::none;
    bool const patience = status == 401 || status == 408 || status == 429;
    return status >= 400 && status < 500 && !patience ? Refusal::this_one : Refusal::all;
}

void ServerPause::begin(TimePoint now, std::optional<std::chrono::seconds> retry_after) {
    if (until_ <= now) until_ = now + backoff_.next();
    if (retry_after) until_ = std::max<TimePoint>(until_, now + *retry_after);
}

}  // namespace holdfast::controller
