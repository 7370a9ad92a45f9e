#include "dataplane/handshake/handshake.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <string>
#include <utility>

#include "common/base/log.hpp"
#include "dataplane/handshake/backend.hpp"
#include "dataplane/handshake/exchange.hpp"
#include "dataplane/handshake/refusal.hpp"
#include "dataplane/handshake/request.hpp"
#include "dataplane/http/reply.hpp"

namespace holdfast::handshake {
namespace {

Await<void> run(Services& services, net::Descriptor socket, std::uint16_t port);
Await<Result<void>> admit(Exchange& exchange);
Await<Result<void>> agree(Exchange& exchange);
Await<Result<void>> switch_protocols(Exchange& exchange);
void establish(Exchange& exchange);

struct OnEnd {
    Services* services;
    void operator()(std::exception_ptr const& error) const;
};

}  // namespace

void start(Services& services, net::Descriptor socket, std::uint16_t port) {
    boost::asio::co_spawn(services.io.get_executor(), run(services, std::move(socket), port),
                          OnEnd{&services});
}

namespace {

Await<void> run(Services& services, net::Descriptor socket, std::uint16_t port) {
    Exchange exchange(services, std::move(socket), port);
    auto const admitted = co_await admit(exchange);
    if (admitted.has_error()) co_await refuse(exchange, admitted.error());
}

/// An exception is one more error here: that end, too, is one line of the log and one count.
Await<Result<void>> admit(Exchange& exchange) {
    try {
        auto agreed = co_await agree(exchange);
        if (agreed.has_value()) establish(exchange);
        co_return agreed;
    } catch (std::exception const& fault) {
        log::error("a handshake ended in an exception", {{"error", fault.what()}});
        co_return Error{Reason::internal_error, {}, fault.what()};
    }
}

/// The way of a connection to its session. Each step leaves what it found in the exchange; the
/// first that fails decides what the client is told.
Await<Result<void>> agree(Exchange& exchange) {
    auto& services = exchange.services;
    exchange.set_deadline(exchange.began + services.settings.client_head_timeout,
                          Reason::handshake_timeout);
    auto step = co_await greet(exchange);
    if (step.has_value()) step = co_await receive_request(exchange);
    exchange.trace = http::trace_for(
        exchange.has_request ? exchange.request.fields() : http::Fields{}, services.random);
    if (step.has_value()) step = choose_rule(exchange);
    if (step.has_error()) co_return step;

    step = co_await reach_backend(exchange);
    if (step.has_value()) step = co_await switch_protocols(exchange);
    co_return step;
}

Await<Result<void>> switch_protocols(Exchange& exchange) {
    auto const reply = http::switching_reply(*exchange.answer, exchange.trace.request_id);
    exchange.begin_answer();
    exchange.set_deadline(Clock::now() + exchange.services.settings.client_head_timeout,
                          Reason::client_gone);
    co_return co_await exchange.send(exchange.client, reply, Reason::client_gone);
}

void establish(Exchange& exchange) {
    auto& services = exchange.services;
    auto terms = services.terms.terms_of(*exchange.found.rule);
    auto& route = *terms->cells;
    services.adopt(
        relay::Admission{
            .client = exchange.client.release(),
            .backend = exchange.backend.release(),
            .terms = std::move(terms),
            .labels = {.request_id = exchange.trace.request_id,
                       .traceparent = exchange.trace.traceparent,
                       .client = net::to_string(exchange.client_address),
                       .host = exchange.host,
                       .path = std::string(exchange.request.path()),
                       .backend = exchange.target->name,
                       .endpoint = endpoint_of(exchange),
                       .subprotocol = std::string(exchange.subprotocol)},
            .started = exchange.started,
            .early_from_client = std::move(exchange.early_from_client),
            .early_from_backend = std::move(exchange.early_from_backend),
        },
        *exchange.state);
    services.cells.upgrade_duration.observe(Clock::now() - exchange.began);
    route.upgrades.add();
}

void OnEnd::operator()(std::exception_ptr const& error) const {
    try {
        if (error) std::rethrow_exception(error);
    } catch (std::exception const& fault) {
        log::error("a handshake could not be reported", {{"error", fault.what()}});
    }
    services->on_end();
}

}  // namespace
}  // namespace holdfast::handshake
