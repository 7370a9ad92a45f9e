#include "tests/support/fake_transport.hpp"

#include <algorithm>
#include <limits>
#include <ranges>
#include <utility>

namespace holdfast::test {
namespace {

using Request = FakeTransport::Request;
using Answer = FakeTransport::Answer;
using OnBytes = FakeTransport::OnBytes;

constexpr std::size_t kAlways = std::numeric_limits<std::size_t>::max();

}  // namespace

void FakeTransport::on(Method method, std::string prefix, Handler handler) {
    add({method, std::move(prefix), std::move(handler), kAlways});
}

void FakeTransport::once(Method method, std::string prefix, Handler handler) {
    add({method, std::move(prefix), std::move(handler), 1});
}

void FakeTransport::add(Rule rule) {
    std::lock_guard const lock(mutex_);
    rules_.push_back(std::move(rule));
}

std::vector<Request> FakeTransport::requests() const {
    std::lock_guard const lock(mutex_);
    return requests_;
}

Request FakeTransport::wait_for(Method method, std::string_view prefix, std::size_t count) {
    std::unique_lock lock(mutex_);
    for (std::size_t seen = 0, next = 0;; ++next) {
        changed_.wait(lock, [&] { return next < requests_.size(); });
        Request const& request = requests_[next];
        if (request.method == method && request.target.starts_with(prefix) && ++seen == count)
            return request;
    }
}

Outcome<Answer> FakeTransport::call(Request const& request, std::stop_token stop) {
    return find(request)(request, {}, std::move(stop));
}

Outcome<Answer> FakeTransport::stream(Request const& request, OnBytes const& on_bytes,
                                      std::stop_token stop) {
    return find(request)(request, on_bytes, std::move(stop));
}

FakeTransport::Handler FakeTransport::find(Request const& request) {
    std::lock_guard const lock(mutex_);
    requests_.push_back(request);
    changed_.notify_all();
    auto const newest_first = rules_ | std::views::reverse;
    auto const rule = std::ranges::find_if(newest_first, [&](Rule const& one) {
        return one.uses_left > 0 && one.method == request.method &&
               request.target.starts_with(one.prefix);
    });
    if (rule == newest_first.end()) return unreachable();
    if (rule->uses_left != kAlways) --rule->uses_left;
    return rule->handler;
}

FakeTransport::Handler answer(int status, std::string body) {
    return [=](Request const&, OnBytes const&, std::stop_token const&) -> Outcome<Answer> {
        return Answer{status, body, std::nullopt};
    };
}

FakeTransport::Handler unreachable() {
    return [](Request const& request, OnBytes const&, std::stop_token const&) -> Outcome<Answer> {
        return Failure{{}, "nobody answers at " + request.target};
    };
}

FakeTransport::Handler silence() {
    return
        [](Request const& request, OnBytes const&, std::stop_token const& stop) -> Outcome<Answer> {
            std::mutex mutex;
            std::unique_lock lock(mutex);
            std::condition_variable_any().wait_for(lock, stop, request.silence_timeout,
                                                   [] { return false; });
            return Failure{{}, stop.stop_requested() ? "stopped" : "silence"};
        };
}

}  // namespace holdfast::test
