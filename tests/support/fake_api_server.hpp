#pragma once

#include <openssl/ssl.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/model/table.hpp"

namespace holdfast::test {

/// What holds a script up until the test lets it go on, and a test until a script got somewhere.
/// Copies are the same gate: a script has one of its own, since it may outlive the test's.
class Gate {
public:
    void release() const;
    /// False when nobody released it for ten seconds.
    [[nodiscard]] bool wait() const;

private:
    struct State {
        std::mutex mutex;
        std::condition_variable changed;
        bool released = false;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// A request as it came.
struct ApiRequest {
    std::string method;
    std::string target;
    std::string head;  ///< Request line and fields.
    std::string body;

    /// The value of a field, its name in any case; empty without it.
    [[nodiscard]] std::string field(std::string_view name) const;
};

/// A connection to a client, as a script sees it. Everything returns at once when the server stops.
class ApiConnection {
public:
    ApiConnection(int fd, SSL_CTX* tls);
    ~ApiConnection();
    ApiConnection(ApiConnection const&) = delete;
    ApiConnection& operator=(ApiConnection const&) = delete;

    /// A whole answer. `fields` are lines with their ends: `Retry-After: 3\r\n`.
    void answer(int status, std::string_view body, std::string_view fields = {});
    /// The head of a 200 that comes in chunks, a chunk, and the end of it.
    void begin_chunks();
    void chunk(std::string_view bytes);
    void end_chunks();
    /// Bytes as they are.
    void send(std::string_view bytes);
    /// Says nothing until the client has gone.
    void stay_silent();
    /// Ends the connection here, whatever was promised.
    void close();
    /// False once the client is known to have gone, which a script that only sends notices late.
    [[nodiscard]] bool open() const { return !closed_; }

    /// Common name of the certificate that the client has shown; empty for none.
    [[nodiscard]] std::string client_name() const;
    /// What the client asked for in TLS; empty for none.
    [[nodiscard]] std::string server_name() const;

private:
    friend class FakeApiServer;
    [[nodiscard]] bool start();
    void linger() const;
    [[nodiscard]] std::optional<ApiRequest> receive();
    bool fill();
    void stop() const;

    struct Free {
        void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    };
    int const fd_;
    std::unique_ptr<SSL, Free> ssl_;
    std::string unread_;
    bool closed_ = false;
};

/// An API server that answers what a test scripts, on a port of its own of 127.0.0.1, over TCP or
/// TLS. Each connection has a thread.
class FakeApiServer {
public:
    /// Runs on the connection's thread, until the server's end: holds what it needs by value.
    using Script = std::function<void(ApiConnection&, ApiRequest const&)>;

    FakeApiServer();
    ~FakeApiServer();
    FakeApiServer(FakeApiServer const&) = delete;
    FakeApiServer& operator=(FakeApiServer const&) = delete;

    /// Requests whose `METHOD target` begins with `prefix` are answered by `script`; the longest
    /// prefix counts. Any other gets a 404.
    void on(std::string const& prefix, Script script);
    /// As on(), for one request: the first that comes. Several count one after the other, before
    /// what on() says.
    void once(std::string const& prefix, Script script);

    /// Connections from now on are TLS ones. With `client_ca` (PEM), clients are asked for a
    /// certificate from it, and turned away with one from elsewhere.
    void use_tls(model::Certificate const& certificate, std::string const& client_ca = {});

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// `http://127.0.0.1:PORT` or `https://…`.
    [[nodiscard]] std::string url() const;
    /// All requests so far, in the order of their arrival.
    [[nodiscard]] std::vector<ApiRequest> requests() const;
    /// Those accepted so far.
    [[nodiscard]] std::size_t connections() const;

private:
    struct Answers {
        std::list<Script> once;
        Script always;
    };
    struct Free {
        void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    };

    void accept();
    void serve(int fd, SSL_CTX* tls);
    [[nodiscard]] Script script_for(ApiRequest const& request);

    int listener_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    bool stopping_ = false;
    std::vector<std::unique_ptr<SSL_CTX, Free>> tls_;  ///< The last one counts.
    std::map<std::string, Answers> answers_;
    std::vector<ApiRequest> requests_;
    std::size_t connections_ = 0;
    std::set<ApiConnection const*> open_;
    std::list<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace holdfast::test
