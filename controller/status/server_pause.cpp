#include "controller/status/server_pause.hpp"

#include <algorithm>

namespace holdfast::controller {

void ServerPause::begin(TimePoint now, std::optional<std::chrono::seconds> retry_after) {
    if (until_ <= now) until_ = now + backoff_.next();
    if (retry_after) until_ = std::max<TimePoint>(until_, now + *retry_after);
}

}  // namespace holdfast::controller
