#include "dataplane/handshake/refusal.hpp"

#include <cstddef>
#include <exception>
#include <string>

#include "common/base/log.hpp"
#include "dataplane/http/reply.hpp"

namespace holdfast::handshake {
namespace {

/// What a refused client may still send before the connection is closed under its hands.
constexpr std::size_t kLingerBytesMax = 1024 * 1024;

Await<int> answer(Exchange& exchange, Error const& error);
Await<int> send_answer(Exchange& exchange, Error const& error);
int status_of(Exchange const& exchange, Error const& error);
std::string answer_to(Exchange const& exchange, Error const& error);
Await<void> linger(Exchange& exchange);
void report(Exchange const& exchange, Error const& error, int status);

}  // namespace

Await<void> refuse(Exchange& exchange, Error const& error) {
    exchange.backend.close();
    int const status = co_await answer(exchange, error);
    report(exchange, error, status);
    exchange.settle();
    if (status != 0) co_await linger(exchange);
}

namespace {

/// The status that went out; 0 where no answer could be given.
Await<int> answer(Exchange& exchange, Error const& error) {
    try {
        co_return co_await send_answer(exchange, error);
    } catch (std::exception const& fault) {
        log::error("a refusal ended in an exception", {{"error", fault.what()}});
        co_return 0;
    }
}

Await<int> send_answer(Exchange& exchange, Error const& error) {
    int const status = status_of(exchange, error);
    if (status == 0) co_return 0;
    auto const text = answer_to(exchange, error);
    exchange.begin_answer();
    exchange.set_deadline(Clock::now() + exchange.services.settings.linger_timeout,
                          Reason::client_gone);
    auto const sent = co_await exchange.send(exchange.client, text, Reason::client_gone);
    co_return sent.has_value() ? status : 0;
}

/// 0 where no answer can be given.
int status_of(Exchange const& exchange, Error const& error) {
    if (!exchange.can_be_answered()) return 0;
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
    record.side = info(error.reason).side;
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

}  // namespace
}  // namespace holdfast::handshake
