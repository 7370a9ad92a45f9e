#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/failure.hpp"
#include "controller/kube/cluster.hpp"

namespace holdfast::controller::kube {

/// A bearer token that may change on disk: the kubelet replaces a pod's before it expires.
///
/// A file is read again kTokenLeeway before the token has been in use for kTokenPeriod, and after
/// a 401. While it cannot be read, the last token stays: it may be good for an hour yet.
/// Threads  every method from any thread.
/// Source   client-go transport/token_source.go
class TokenSource {
public:
    static constexpr std::chrono::seconds kTokenPeriod{60};
    static constexpr std::chrono::seconds kTokenLeeway{10};

    explicit TokenSource(TextOrFile token) : source_(std::move(token)) {}

    /// The token to send now; empty when there is none to send.
    /// Errors  the file holds no token, or cannot be read, and none was read before.
    [[nodiscard]] Outcome<std::string> token(TimePoint now);

    /// The API server answered 401 to a request that was sent at that time with what token() gave.
    void refused(TimePoint sent);

private:
    [[nodiscard]] Outcome<std::string> read_token() const;

    TextOrFile const source_;
    std::mutex mutex_;
    std::string token_;
    TimePoint read_at_;
    bool stale_ = true;
    bool unreadable_ = false;  ///< Said once, not for every request.
};

/// What both sides of a TLS connection show, as PEM; empty where the cluster has none.
struct TlsTexts {
    std::string ca;
    std::string certificate;
    std::string key;
};

/// Reads them anew, as every new connection does: so that rotation needs no restart.
[[nodiscard]] Outcome<TlsTexts> read_tls(Cluster const& cluster);

}  // namespace holdfast::controller::kube
