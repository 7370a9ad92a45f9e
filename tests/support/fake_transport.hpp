#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "controller/kube/transport.hpp"

namespace holdfast::test {

/// An API server that answers from a script.
///
/// Threads  every method from any thread; handlers run on the thread of the call, several at once.
class FakeTransport : public controller::kube::Transport {
public:
    using Method = controller::kube::Method;
    using Request = controller::kube::Request;
    using Answer = controller::kube::Answer;
    using OnBytes = std::function<void(std::string_view)>;
    /// `on_bytes` is empty in a call that is no stream.
    using Handler =
        std::function<Outcome<Answer>(Request const&, OnBytes const& on_bytes, std::stop_token)>;

    /// From now on requests of `method` whose target starts with `prefix` are answered by
    /// `handler`. Of several that match, the one set last counts.
    void on(Method method, std::string prefix, Handler handler);
    /// Only the next such request is, and after it what was set before.
    void once(Method method, std::string prefix, Handler handler);

    /// All so far, those under way included; a request that nothing matches fails.
    [[nodiscard]] std::vector<Request> requests() const;
    /// Waits until there have been `count` such requests. Returns the last of them.
    Request wait_for(Method method, std::string_view prefix, std::size_t count = 1);

    [[nodiscard]] Outcome<Answer> call(Request const& request, std::stop_token stop) override;
    [[nodiscard]] Outcome<Answer> stream(Request const& request, OnBytes const& on_bytes,
                                         std::stop_token stop) override;

private:
    struct Rule {
        Method method;
        std::string prefix;
        Handler handler;
        std::size_t uses_left;
    };

    void add(Rule rule);
    [[nodiscard]] Handler find(Request const& request);

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Rule> rules_;
    std::vector<Request> requests_;
};

/// The same answer every time.
[[nodiscard]] FakeTransport::Handler answer(int status, std::string body = {});
/// No answer, at once.
[[nodiscard]] FakeTransport::Handler unreachable();
/// No answer until the silence_timeout is over or the call is stopped.
[[nodiscard]] FakeTransport::Handler silence();

}  // namespace holdfast::test
