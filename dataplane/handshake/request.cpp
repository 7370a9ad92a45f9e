#include "dataplane/handshake/request.hpp"

#include <utility>

#include "dataplane/http/origin.hpp"
#include "dataplane/http/upgrade.hpp"
#include "dataplane/routing/host_header.hpp"

namespace holdfast::handshake {
namespace {

bool open_client(Exchange& exchange, ServingState const& state);
Result<void> check_server_name(Exchange const& exchange);
routing::Found find_rule(Exchange const& exchange, Result<http::Upgrade> const& asked);

}  // namespace

Await<Result<void>> greet(Exchange& exchange) {
    // The SSL object asks the contexts for the client's certificate until its handshake is done.
    auto const state = exchange.services.state;
    if (!open_client(exchange, *state)) co_return Error{Reason::tls_failed, {}, "out of memory"};
    for (;;) {
        auto const step = exchange.client.transport().handshake();
        if (step.status == relay::IoStatus::ok) {
            exchange.is_greeted = true;
            co_return Result<void>{};
        }
        if (step.status != relay::IoStatus::would_block) {
            exchange.services.cells.tls_handshake_errors.add();
            co_return Error{Reason::tls_failed, {}, "TLS handshake failed"};
        }
        auto waited = co_await exchange.wait(exchange.client, Interest::read);
        if (waited.has_error()) co_return waited;
    }
}

Await<Result<void>> receive_request(Exchange& exchange) {
    auto& scratch = exchange.services.scratch;
    for (;;) {
        auto const got = exchange.client.transport().read(scratch);
        if (got.status == relay::IoStatus::would_block) {
            auto waited = co_await exchange.wait(exchange.client, Interest::read);
            if (waited.has_error()) co_return waited;
            continue;
        }
        if (got.status != relay::IoStatus::ok) {
            co_return Error{
                Reason::client_gone, {}, "the client left before its request was whole"};
        }
        auto const bytes = relay::as_text(relay::Bytes(scratch).first(got.bytes));
        auto const fed = exchange.request.feed(bytes);
        if (fed.has_error()) co_return fed.error();
        if (fed->state == http::Fed::State::need_more) continue;
        exchange.early_from_client = bytes.substr(fed->consumed);
        exchange.has_request = true;
        exchange.requested = Clock::now();
        co_return Result<void>{};
    }
}

Result<void> choose_rule(Exchange& exchange) {
    auto& services = exchange.services;
    if (services.refuses_new) return Error{Reason::draining, {}, "this data plane is drained"};
    exchange.state = services.state;
    auto host = routing::host_of(exchange.request.host());
    if (host.has_error()) return host.error();
    exchange.host = std::move(host).value();
    exchange.listener = exchange.state->routes->listener_for(exchange.port, exchange.host);
    if (auto checked = check_server_name(exchange); checked.has_error()) return checked;

    auto asked = http::check_upgrade(exchange.request);
    exchange.found = find_rule(exchange, asked);
    if (exchange.found.rule == nullptr) {
        return Error{Reason::no_route, {}, "no rule matches the request"};
    }
    if (asked.has_error()) return asked.error();
    exchange.asked = std::move(asked).value();
    if (!http::origin_allowed(exchange.found.rule->rule->allowed_origins, exchange.asked.origin)) {
        return Error{Reason::origin_denied, {}, "origin not allowed"};
    }
    return {};
}

namespace {

bool open_client(Exchange& exchange, ServingState const& state) {
    if (state.tls == nullptr || !state.tls->is_tls(exchange.port)) {
        exchange.client.open(relay::Transport(exchange.socket.release()));
        return true;
    }
    relay::SslPtr ssl(state.tls->new_server(exchange.port));
    if (!ssl) return false;
    exchange.client.open(relay::Transport(exchange.socket.release(), std::move(ssl)));
    return true;
}

/// RFC 9110 §7.4, GEP-3567: a browser may send the request for one host on a connection that it
/// opened for another when the certificate names both. Listeners are walls between their owners,
/// so such a request is sent back to take the way of its own listener. A host without a listener
/// has none to go to: that is `no_route`.
Result<void> check_server_name(Exchange const& exchange) {
    if (!exchange.client.is_tls() || exchange.listener == nullptr) return {};
    auto const name = exchange.client.server_name();
    if (name.empty()) return {};
    auto const greeted = routing::host_of(name);
    if (greeted.has_error()) return {};
    if (exchange.state->routes->listener_for(exchange.port, *greeted) == exchange.listener)
        return {};
    return Error{Reason::misdirected, {}, "host of another listener than the TLS server name"};
}

/// A request that is no WebSocket handshake is matched as well, so that a path which is not there
/// is 404 whatever was asked of it.
routing::Found find_rule(Exchange const& exchange, Result<http::Upgrade> const& asked) {
    if (exchange.listener == nullptr) return {};
    auto const& request = exchange.request;
    routing::RequestView view{.host = exchange.host,
                              .path = request.path(),
                              .query = request.query(),
                              .headers = request.fields(),
                              .subprotocols = {}};
    if (asked.has_value()) view.subprotocols = asked->subprotocols;
    return exchange.state->routes->find(*exchange.listener, view);
}

}  // namespace
}  // namespace holdfast::handshake
