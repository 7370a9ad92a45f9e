#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/failure.hpp"
#include "controller/kube/credentials.hpp"

namespace boost::asio::ssl {
class context;
}

namespace holdfast::controller::kube {

/// Why TLS with a server failed last, in words: whoever reports a failed request only learns from
/// the HTTP library that there was one. Safe from every thread.
class TlsFault {
public:
    void set(std::string text);
    /// Empty when nothing failed since then.
    [[nodiscard]] std::string since(TimePoint start) const;

private:
    mutable std::mutex mutex_;
    std::string text_;
    TimePoint at_;
};

/// Whom a TLS connection must lead to.
struct TlsServer {
    std::string name;  ///< Host name or IP address that the certificate must hold.
    std::shared_ptr<TlsFault> fault;
};

/// Sets up a new connection of a client: TLS 1.2 or later; the server's certificate must come from
/// `texts.ca` and from no other CA, and hold the server's name. What the HTTP library decides for
/// itself about certificates and names does not count.
/// Lifetime  the context and its connections may outlive everything given here.
/// Errors    PEM texts that are none or do not fit together.
[[nodiscard]] Outcome<void> set_up_tls(boost::asio::ssl::context& context, TlsTexts const& texts,
                                       TlsServer server);

}  // namespace holdfast::controller::kube
