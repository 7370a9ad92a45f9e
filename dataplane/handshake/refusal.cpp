#include "dataplane/handshake/refusal.hpp"

#include <cstddef>
#include <string>

#include "dataplane/http/reply.hpp"

namespace holdfast::handshake {
namespace {

/// What a refused client may still send before the connection is closed under its hands.
constexpr std::size_t kLingerBytesMax = 1024 * 1024;

int status_of(Exchange const& exchange, Error const& error);
std::string answer_to(Exchange const& exchange, Error const& error);
Await<void> linger(Exchange& exchange);
void report(Exchange const& exchange, Error const& error, int status);
Side side_of(Reason reason) noexcept;

}  // namespace

Await<void> refuse(Exchange& exchange, Error const& error) {
    int status = status_of(exchange, error);
    if (status != 0) {
        auto const answer = answer_to(exchange, error);
        exchange.set_deadline(Clock::now() + exchange.services.settings.linger_timeout,
                              Reason::client_gone);
        auto const sent = co_await exchange.send(exchange.client, answer, Reason::client_gone);
        if (sent.has_error()) status = 0;
    }
    report(exchange, error, status);
    if (status != 0) co_await linger(exchange);
    exchange.client.close();
    exchange.backend.close();
}

namespace {

/// 0 where no answer can be given.
int status_of(Exchange const& exchange, Error const& error) {
    if (!exchange.is_greeted || exchange.is_stopped()) return 0;
    if (error.reason == Reason::upstream_rejected) return exchange.answer->status();
    return info(error.reason).http_status;
}

std::string answer_to(Exchange const& exchange, Error const& error) {
    auto const& request_id = exchange.trace.request_id;
    if (error.reason == Reason::upstream_rejected) {
        return http::passed_reply(*exchange.answer, exchange.body, request_id);
    }
    return http::refusal(error, request_id);
}

/// A socket that is closed with unread input resets the connection, and the reset destroys what
/// the client has not read yet: so ours is half closed, and what still comes is read and dropped.
Await<void> linger(Exchange& exchange) {
    auto& transport = exchange.client.transport();
    (void)transport.shutdown_write();
    std::size_t dropped = 0;
    while (dropped < kLingerBytesMax) {
        auto const got = transport.read(exchange.services.scratch);
        dropped += got.bytes;
        if (got.status == relay::IoStatus::ok) continue;
        if (got.status != relay::IoStatus::would_block) co_return;
        auto const waited = co_await exchange.wait(exchange.client, Interest::read);
        if (waited.has_error()) co_return;
    }
}

void report(Exchange const& exchange, Error const& error, int status) {
    auto const client = exchange.client_address.length == 0
                            ? std::string{}
                            : net::to_string(exchange.client_address);
    auto const endpoint = exchange.tried.empty() ? std::string{} : endpoint_of(exchange);
    telemetry::AccessRecord record;
    record.started = exchange.started;
    record.duration = Clock::now() - exchange.began;
    record.request_id = exchange.trace.request_id;
    record.traceparent = exchange.trace.traceparent;
    record.client = client;
    record.host = exchange.host;
    record.endpoint = endpoint;
    record.status = status;
    record.reason = error.reason;
    record.side = side_of(error.reason);
    record.close_text = error.detail;
    if (exchange.listener != nullptr) record.listener = exchange.listener->name;
    if (exchange.has_request) record.path = exchange.request.path();
    if (exchange.target != nullptr) record.backend = exchange.target->name;
    if (auto const* const rule = exchange.found.rule) {
        record.route = rule->route;
        record.rule = rule->rule->name;
    }
    exchange.services.cells.count_upgrade({.route = std::string(record.route),
                                           .status = static_cast<std::uint16_t>(status),
                                           .reason = std::string(to_string(error.reason))});
    exchange.services.log.write(record);
}

Side side_of(Reason reason) noexcept {
    switch (reason) {
        case Reason::client_gone:
        case Reason::tls_failed:
            return Side::client;
        case Reason::upstream_rejected:
            return Side::backend;
        default:
            return Side::gateway;
    }
}

}  // namespace
}  // namespace holdfast::handshake
