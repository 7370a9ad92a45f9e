#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "common/base/failure.hpp"

namespace holdfast::controller::kube {

/// What is asked for, as a method of HTTP.
enum class Method : std::uint8_t { get, post, put, patch };

/// One call of the Kubernetes API.
struct Request {
    Method method = Method::get;
    std::string target;        ///< Path and query, percent-encoded: `/api/v1/namespaces?limit=500`.
    std::string body;          ///< JSON; empty: none.
    std::string content_type;  ///< Of the body: `application/json`, `application/merge-patch+json`.
    /// The longest silence, while connecting, sending or receiving; the clock starts anew with
    /// every chunk. Never 0.
    std::chrono::milliseconds silence_timeout{30'000};
};

/// What the API server said, whatever the status.
struct Answer {
    int status = 0;
    std::string body;
    std::optional<std::chrono::seconds> retry_after;  ///< Header Retry-After, in seconds.
};

/// How the API server is reached: who it is, who we are, and bytes there and back. Blocking.
///
/// Errors   a Failure when there is no answer: unreachable, TLS, silence, cut off, stopped. An
///          HTTP status is an answer.
/// Threads  every method from any thread, several at once.
class Transport {
public:
    Transport() = default;
    Transport(Transport const&) = delete;
    Transport& operator=(Transport const&) = delete;
    virtual ~Transport() = default;

    /// A call with a whole answer. Returns soon after `stop` is requested.
    [[nodiscard]] virtual Outcome<Answer> call(Request const& request, std::stop_token stop) = 0;

    /// A call whose 200 arrives in pieces for minutes: a watch. `on_bytes` gets an empty piece with
    /// the 200, then the others on this thread as they come, cut anywhere; the answer has no body
    /// then. Any other status comes as by call(). An exception of `on_bytes` ends the call and is
    /// passed on.
    /// Output  once the stream has ended with its last chunk; a Failure when it was cut off.
    [[nodiscard]] virtual Outcome<Answer> stream(
        Request const& request, std::function<void(std::string_view)> const& on_bytes,
        std::stop_token stop) = 0;
};

}  // namespace holdfast::controller::kube
