#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "common/base/backoff.hpp"
#include "common/base/clock.hpp"
#include "common/base/failure.hpp"
#include "controller/kube/transport.hpp"

namespace holdfast::controller {

/// Why the API server does not do what it was asked to.
enum class Refusal : std::uint8_t {
    none,      ///< It did.
    this_one,  ///< Something is wrong with this request; the next one may pass.
    all,       ///< It takes none now: it is not reached, knows nobody, or has too much to do.
};

[[nodiscard]] Refusal refusal(Outcome<kube::Answer> const& answer);

/// How long an API server that takes no request is left alone, by all who share this: for a time
/// that grows, and as long as it asks for.
///
/// Threads  none; no clock of its own.
class ServerPause {
public:
    static constexpr auto kMin = std::chrono::milliseconds(200);
    static constexpr auto kMax = std::chrono::seconds(30);

    /// `seed` of the times, which differ from controller to controller.
    explicit ServerPause(std::uint64_t seed) : backoff_(kMin, kMax, seed) {}

    /// It refused all. `retry_after` is what it asks for. Several requests that were refused
    /// together are one reason to wait.
    void begin(TimePoint now, std::optional<std::chrono::seconds> retry_after);
    /// It did what it was asked to.
    void reset() noexcept { backoff_.reset(); }

    /// Nothing is sent before.
    [[nodiscard]] TimePoint until() const noexcept { return until_; }

private:
    Backoff backoff_;
    TimePoint until_ = TimePoint::min();
};

}  // namespace holdfast::controller
