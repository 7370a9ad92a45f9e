#include "common/admin/http_server.hpp"

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/parse_query.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <list>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/log.hpp"
#include "common/net/listen_on.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace holdfast::admin {
namespace {

using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Task = asio::awaitable<void>;
using BeastRequest = http::request<http::string_body>;
using BeastResponse = http::response<http::string_body>;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// Between two tries to accept, when descriptors or memory are short.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
/// Most requests arrive whole in one read of this size.
constexpr std::size_t kFirstReadBytes = 2048;

constexpr auto kLogInterval = std::chrono::seconds(1);

enum class ConnectionPhase { waiting, answering, leaving };

using Hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// Belongs to the coroutine that serves it, and leaves the list with it, however it ends.
struct Connection : Hook {
    explicit Connection(Tcp::socket socket) : stream(std::move(socket)) {}

    void close() {
        phase = ConnectionPhase::leaving;
        stream.close();
    }

    beast::tcp_stream stream;
    ConnectionPhase phase = ConnectionPhase::waiting;
};

using Connections = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;

bool is_malformed(ErrorCode error);
BeastResponse answer(std::vector<Endpoint> const& endpoints, BeastRequest const& raw);
std::optional<Request> to_request(BeastRequest const& raw);
Response run(Endpoint const& endpoint, Request const& request);
BeastResponse to_beast(Response response, BeastRequest const& request);
BeastResponse refusal(ErrorCode error);

}  // namespace

/// What the coroutines share. They hold it by shared_ptr, so that a server may be destroyed while
/// some of them still have to notice that their sockets are closed.
struct HttpServer::State {
    State(asio::io_context& context, std::vector<Endpoint> all)
        : io(context), endpoints(std::move(all)) {}

    static Task accept(std::shared_ptr<State> state, std::list<Tcp::acceptor>::iterator acceptor);
    static Task serve(std::shared_ptr<State> state, Tcp::socket socket);
    void spawn(Task task);

    /// The one whose last request is longest ago makes room for another.
    void make_room();
    void asks(Connection& connection);
    /// At most one line in kLogInterval, however many there are to be told.
    void warn(std::string_view what, std::string const& error);

    asio::io_context& io;
    std::vector<Endpoint> endpoints;
    std::list<Tcp::acceptor> acceptors;
    Connections connections;  ///< By their last request, the longest ago first.
    std::chrono::steady_clock::time_point next_warning{};
    bool stopping = false;
};

HttpServer::HttpServer(asio::io_context& io, std::vector<Endpoint> endpoints)
    : state_(std::make_shared<State>(io, std::move(endpoints))) {}

HttpServer::~HttpServer() {
    stop();
    for (Connection& connection : state_->connections) {
        connection.close();
    }
    state_->endpoints.clear();
}

Outcome<Address> HttpServer::listen(Address const& address) {
    Tcp::acceptor acceptor(state_->io);
    if (ErrorCode const error = listen_on(acceptor, address)) {
        return Failure{error, "cannot listen on " + to_string(address)};
    }
    Address const bound{address.host, acceptor.local_endpoint().port()};
    state_->acceptors.push_back(std::move(acceptor));
    state_->spawn(State::accept(state_, std::prev(state_->acceptors.end())));
    return bound;
}

void HttpServer::stop() {
    state_->stopping = true;
    for (Tcp::acceptor& acceptor : state_->acceptors) {
        ErrorCode ignored;
        acceptor.close(ignored);
    }
    for (Connection& connection : state_->connections) {
        if (connection.phase == ConnectionPhase::waiting) connection.close();
    }
}

void HttpServer::State::spawn(Task task) {
    asio::co_spawn(io, std::move(task), [](std::exception_ptr failure) {
        if (failure) log::error("admin connection ended in an exception");
    });
}

Task HttpServer::State::accept(std::shared_ptr<State> state,
                               std::list<Tcp::acceptor>::iterator acceptor) {
    asio::steady_timer pause(state->io);
    while (!state->stopping) {
        std::string trouble;
        try {
            auto [error, socket] = co_await acceptor->async_accept(kAwait);
            if (state->stopping) break;
            if (!error) {
                state->make_room();
                state->spawn(serve(state, std::move(socket)));
                continue;
            }
            trouble = error.message();
        } catch (std::exception const& failure) {
            trouble = failure.what();
        }
        state->warn("cannot accept", trouble);
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(kAwait);
    }
    state->acceptors.erase(acceptor);
}

void HttpServer::State::make_room() {
    auto const leaving = [](Connection const& each) {
        return each.phase == ConnectionPhase::leaving;
    };
    auto const staying = std::ranges::count_if(connections, std::not_fn(leaving));
    if (static_cast<std::size_t>(staying) < limits::admin_connections_max) return;
    std::ranges::find_if_not(connections, leaving)->close();
    warn("too many connections, an idle one is closed", "");
}

void HttpServer::State::asks(Connection& connection) {
    connections.splice(connections.end(), connections, connections.iterator_to(connection));
}

void HttpServer::State::warn(std::string_view what, std::string const& error) {
    auto const now = std::chrono::steady_clock::now();
    if (now < next_warning) return;
    next_warning = now + kLogInterval;
    log::warning(what, {{"what", "admin"}, {"error", error}});
}

Task HttpServer::State::serve(std::shared_ptr<State> state, Tcp::socket socket) {
    Connection connection(std::move(socket));
    state->connections.push_back(connection);
    beast::tcp_stream& stream = connection.stream;
    beast::flat_buffer buffer;
    bool keep_alive = true;
    while (keep_alive && !state->stopping && connection.phase != ConnectionPhase::leaving) {
        connection.phase = ConnectionPhase::waiting;
        if (buffer.size() == 0) {
            stream.expires_after(limits::admin_idle_timeout);
            auto [idle_error, first] =
                co_await stream.async_read_some(buffer.prepare(kFirstReadBytes), kAwait);
            if (idle_error) break;
            buffer.commit(first);
        }
        http::request_parser<http::string_body> parser;
        parser.header_limit(limits::admin_head_bytes_max);
        parser.body_limit(limits::admin_body_bytes_max);
        stream.expires_after(limits::admin_request_timeout);
        auto [error, rest] = co_await http::async_read(stream, buffer, parser, kAwait);
        if (error && !is_malformed(error)) break;
        connection.phase = ConnectionPhase::answering;
        state->asks(connection);
        BeastResponse response = error ? refusal(error) : answer(state->endpoints, parser.get());
        keep_alive = response.keep_alive() && !state->stopping;
        response.keep_alive(keep_alive);
        stream.expires_after(limits::admin_request_timeout);
        auto [write_error, written] = co_await http::async_write(stream, response, kAwait);
        if (write_error) break;
    }
    ErrorCode ignored;
    stream.socket().shutdown(Tcp::socket::shutdown_send, ignored);
}

Response json_response(std::string body, unsigned status) {
    return {.status = status, .content_type = "application/json", .body = std::move(body)};
}

std::optional<std::string> Request::parameter(std::string_view name) const {
    auto const parsed = boost::urls::parse_query(query);
    if (!parsed) {
        return std::nullopt;
    }
    boost::urls::params_view const parameters(*parsed);
    auto const found = parameters.find(name);
    if (found == parameters.end()) {
        return std::nullopt;
    }
    return std::string((*found).value);
}

namespace {

/// True for what a peer wrote wrongly and can still be told about.
bool is_malformed(ErrorCode error) {
    return error.category() == make_error_code(http::error::bad_method).category() &&
           error != http::error::end_of_stream && error != http::error::partial_message;
}

BeastResponse answer(std::vector<Endpoint> const& endpoints, BeastRequest const& raw) {
    auto const request = to_request(raw);
    if (!request) {
        return to_beast({.status = 400, .body = "malformed request target\n"}, raw);
    }
    std::string allowed;
    for (Endpoint const& endpoint : endpoints) {
        if (endpoint.path != request->path) continue;
        if (endpoint.method == request->method) {
            return to_beast(run(endpoint, *request), raw);
        }
        allowed += (allowed.empty() ? "" : ", ") + endpoint.method;
    }
    if (allowed.empty()) {
        return to_beast({.status = 404, .body = "not found\n"}, raw);
    }
    BeastResponse refused = to_beast({.status = 405, .body = "method not allowed\n"}, raw);
    refused.set(http::field::allow, allowed);
    return refused;
}

Response run(Endpoint const& endpoint, Request const& request) {
    try {
        return endpoint.handler(request);
    } catch (std::exception const& failure) {
        log::error("admin handler failed", {{"path", request.path}, {"error", failure.what()}});
        return {.status = 500, .body = "internal error\n"};
    }
}

std::optional<Request> to_request(BeastRequest const& raw) {
    auto const target = boost::urls::parse_origin_form(raw.target());
    if (!target) {
        return std::nullopt;
    }
    auto const method = raw.method() == http::verb::head ? "GET" : raw.method_string();
    return Request{.method = std::string(method),
                   .path = target->path(),
                   .query = std::string(std::string_view(target->encoded_query()))};
}

BeastResponse to_beast(Response response, BeastRequest const& request) {
    BeastResponse out(static_cast<http::status>(response.status), request.version());
    out.set(http::field::content_type, response.content_type);
    out.set(http::field::cache_control, "no-store");
    out.keep_alive(request.keep_alive());
    if (request.method() == http::verb::head) {
        out.content_length(response.body.size());
        return out;
    }
    out.body() = std::move(response.body);
    out.prepare_payload();
    return out;
}

BeastResponse refusal(ErrorCode error) {
    bool const head = error == http::error::header_limit;
    bool const body = error == http::error::body_limit;
    auto const status = head   ? http::status::request_header_fields_too_large
                        : body ? http::status::payload_too_large
                               : http::status::bad_request;
    BeastResponse out(status, 11);
    out.set(http::field::content_type, "text/plain; charset=utf-8");
    out.body() = error.message() + "\n";
    out.prepare_payload();
    out.keep_alive(false);  // Where the next request would begin is not known any more.
    return out;
}

}  // namespace
}  // namespace holdfast::admin
