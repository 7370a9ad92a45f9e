#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/model/table.hpp"

namespace holdfast::listen {

/// The TLS side of a table: which certificate answers which server name on which port. A server
/// name whose listener has no certificate is refused with the alert `unrecognized_name`.
///
/// TLS 1.2 and newer, ALPN `http/1.1`, stateless session tickets. Immutable, shared by every
/// worker. A certificate that did not change keeps its context (and with it its tickets) from
/// table to table; sessions hold the context they were greeted with, whatever comes later.
///
/// Threads  safe from all, once built.
class TlsContexts {
public:
    /// `previous` may be null; what it shares with `table` is taken over.
    /// Errors  `Certificate ns/name`, `chainPem` or `keyPem`: what OpenSSL cannot read, and a key
    ///         that does not fit.
    [[nodiscard]] static Checked<std::shared_ptr<TlsContexts const>> build(
        model::Table const& table, TlsContexts const* previous);

    /// True when connections on this port begin with a TLS handshake.
    [[nodiscard]] bool is_tls(std::uint16_t port) const noexcept;

    /// A server-side SSL object for a new connection on `port`, which is_tls. It looks the client's
    /// server name up here, so this object outlives the SSL's handshake.
    /// Null when OpenSSL is out of memory.
    [[nodiscard]] SSL* new_server(std::uint16_t port) const noexcept;

    struct Expiry {
        std::string certificate;  ///< `namespace/name`.
        WallClock::time_point not_after;
    };
    /// When each certificate's leaf ends to be valid, for the metrics.
    [[nodiscard]] std::vector<Expiry> expiries() const;

private:
    struct ContextDelete {
        void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    };
    using ContextPtr = std::unique_ptr<SSL_CTX, ContextDelete>;

    struct Loaded {
        std::shared_ptr<model::Certificate const> source;
        ContextPtr context;
        WallClock::time_point not_after;
    };
    struct ServerName {
        std::string pattern;  ///< As Listener::hostname.
        std::vector<Loaded const*> certificates;
        [[nodiscard]] Loaded const* first() const noexcept;
    };
    /// Server names of one port, the most specific first; never empty.
    struct Port {
        std::vector<ServerName> names;
        /// Null when the listener that answers `server_name` has no certificate.
        [[nodiscard]] Loaded const* find(std::string_view server_name) const noexcept;
    };

    [[nodiscard]] static Checked<std::shared_ptr<Loaded const>> load(
        std::string const& name, std::shared_ptr<model::Certificate const> source);
    /// Null when OpenSSL is out of memory.
    [[nodiscard]] static ContextPtr new_context();
    static int choose_certificate(SSL* ssl, int* alert, void* unused) noexcept;
    void index(model::Table const& table);

    ContextPtr bare_;  ///< Without a certificate: of ports whose last listener has none.
    std::map<std::string, std::shared_ptr<Loaded const>> loaded_;
    std::map<std::uint16_t, Port> ports_;
};

}  // namespace holdfast::listen
