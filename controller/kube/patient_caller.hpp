#pragma once

#include <chrono>
#include <functional>

#include "common/base/backoff.hpp"
#include "common/base/clock.hpp"
#include "common/base/failure.hpp"
#include "controller/kube/transport.hpp"

namespace holdfast::controller::kube {

/// The time as a loop of retries sees it and spends it.
struct RetryClock {
    std::function<TimePoint()> now;
    std::function<void(std::chrono::milliseconds)> wait;
};

/// The process's own clock and thread.
[[nodiscard]] RetryClock real_retry_clock();

/// Calls of a command that ends, and that an API server which is busy or not there yet must not
/// end: no answer, a 429 or a 5xx is asked again, until limits::patience_max after the caller was
/// made. What was written may so be sent twice: its second answer is then a 409.
///
/// Threads   none.
/// Lifetime  `transport` outlives it.
class PatientCaller {
public:
    PatientCaller(Transport& transport, RetryClock clock);

    /// Output  the first answer of another kind, or the last one of all.
    [[nodiscard]] Outcome<Answer> call(Request const& request);

private:
    Transport& transport_;
    RetryClock const clock_;
    TimePoint const give_up_at_;
    Backoff backoff_;
};

}  // namespace holdfast::controller::kube
