#include "controller/kube/patient_caller.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <string>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/log.hpp"
#include "controller/kube/api_status.hpp"

namespace holdfast::controller::kube {
namespace {

bool is_transient(Outcome<Answer> const& answer) {
    return !answer || answer->status == 429 || answer->status / 100 == 5;
}

std::string words(Outcome<Answer> const& answer) {
    return answer ? to_string(api_status(*answer)) : to_string(answer.error());
}

std::chrono::milliseconds asked_wait(Outcome<Answer> const& answer) {
    if (!answer) return {};
    return api_status(*answer).retry_after.value_or(std::chrono::seconds(0));
}

/// Nobody wakes it: a command has nothing else to do.
void wait_for(std::chrono::milliseconds duration) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable().wait_for(lock, duration, [] { return false; });
}

}  // namespace

RetryClock real_retry_clock() { return {.now = &Clock::now, .wait = &wait_for}; }

PatientCaller::PatientCaller(Transport& transport, RetryClock clock)
    : transport_(transport),
      clock_(std::move(clock)),
      give_up_at_(clock_.now() + limits::patience_max),
      backoff_(limits::patience_backoff_min, limits::patience_backoff_max, std::random_device{}()) {
}

Outcome<Answer> PatientCaller::call(Request const& request) {
    for (;;) {
        auto answer = transport_.call(request, {});
        if (!is_transient(answer)) {
            backoff_.reset();
            return answer;
        }
        auto const wait = std::max(backoff_.next(), asked_wait(answer));
        if (clock_.now() + wait >= give_up_at_) return answer;
        log::warning("the API server is asked again",
                     {{"target", request.target}, {"detail", words(answer)}});
        clock_.wait(wait);
    }
}

}  // namespace holdfast::controller::kube
