#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/address.hpp"
#include "common/base/failure.hpp"

namespace boost::asio {
class io_context;
}

/// HTTP for people, probes and scrapers: what both programs answer beside their real work.
namespace holdfast::admin {

struct Request {
    std::string method;  ///< `GET` (also what a HEAD is handed on as) or `POST`.
    std::string path;    ///< Percent-decoded, without the query: `/sessions`.
    std::string query;   ///< As sent, without the `?`; empty when there is none.

    /// The decoded value of the first query parameter of this name; empty for `?verbose` alone.
    [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
};

struct Response {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
};

/// `body` as `application/json`.
[[nodiscard]] Response json_response(std::string body, unsigned status = 200);

/// Answers one request, on the thread that runs the server's io_context. While it runs no other
/// request of this server is answered, and nothing else on that context moves.
using Handler = std::function<Response(Request const&)>;

struct Endpoint {
    std::string method;  ///< `GET` (which answers HEAD too) or `POST`.
    std::string path;    ///< Exact: `/livez`.
    Handler handler;
};

/// A small HTTP/1.1 server: exact paths, keep-alive, no bodies in requests beyond what is skipped.
///
/// Bounds   limits::admin_*: head, body, connections, and the time a peer may take; a peer that
///          breaks one is answered 4xx or cut, and nobody else notices. A connection beyond the
///          bound takes the place of the one whose last request is longest ago: idle ones never
///          keep a probe out.
/// Errors   unknown path 404, known path with another method 405; a handler that throws 500, and
///          the text is logged, not sent.
/// Threads  constructed, used and destroyed on the thread that runs `io`, or while nothing runs it.
/// Lifetime `io` outlives the server. The destructor closes every connection; their coroutines
///          finish on `io` afterwards and touch nothing of the server's owner.
class HttpServer {
public:
    HttpServer(boost::asio::io_context& io, std::vector<Endpoint> endpoints);
    ~HttpServer();
    HttpServer(HttpServer const&) = delete;
    HttpServer& operator=(HttpServer const&) = delete;

    /// Binds and accepts from now on; may be called for several addresses. The host is an IP
    /// address; `::` takes IPv4 as well. Output: the address with the port that was chosen.
    [[nodiscard]] Outcome<Address> listen(Address const& address);

    /// Closes the listening sockets at once and each connection after the answer under way.
    void stop();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace holdfast::admin
