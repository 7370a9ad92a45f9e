#include "dataplane/handshake/backend.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "common/base/limits.hpp"
#include "dataplane/http/body_reader.hpp"
#include "dataplane/http/forward.hpp"
#include "dataplane/upstream/dialer.hpp"

namespace holdfast::handshake {
namespace {

using upstream::DialOutcome;

Await<Result<void>> try_endpoint(Exchange& exchange, TimePoint deadline);
Await<Result<void>> dial(Exchange& exchange, TimePoint deadline);
Await<Result<DialOutcome>> await_connect(Exchange& exchange);
Result<void> judge_dial(Exchange& exchange, DialOutcome outcome);
Await<Result<void>> forward_request(Exchange& exchange);
Await<Result<void>> receive_answer(Exchange& exchange);
Await<Result<void>> receive_body(Exchange& exchange);
Await<Result<relay::Bytes>> read_some(Exchange& exchange);
http::Hop hop_of(Exchange const& exchange);
bool another_may_do(Exchange const& exchange, Reason reason);

}  // namespace

Await<Result<void>> reach_backend(Exchange& exchange) {
    auto& balancer = exchange.services.balancer;
    auto const& rule = *exchange.found.rule;
    auto const target = balancer.pick_target(rule);
    if (target.has_error()) co_return target.error();
    exchange.target = *target;
    auto const deadline = exchange.requested + rule.rule->timeouts.handshake;
    Result<void> last = Error{Reason::no_endpoint, {}, "no endpoint"};
    for (int attempt = 0; attempt < limits::dial_attempts_max; ++attempt) {
        auto const endpoint = balancer.pick_endpoint(*exchange.target, exchange.tried);
        if (endpoint.has_error()) {
            co_return exchange.tried.empty() ? Result<void>(endpoint.error()) : last;
        }
        exchange.tried.push_back(*endpoint);
        last = co_await try_endpoint(exchange, deadline);
        if (last.has_value() || !another_may_do(exchange, last.error().reason)) co_return last;
        exchange.backend.close();
        if (Clock::now() >= deadline) co_return last;
    }
    co_return last;
}

namespace {

Await<Result<void>> try_endpoint(Exchange& exchange, TimePoint deadline) {
    exchange.answer.reset();
    auto step = co_await dial(exchange, deadline);
    if (step.has_error()) co_return step;
    exchange.answer.emplace();
    exchange.set_deadline(deadline, Reason::upstream_timeout);
    step = co_await forward_request(exchange);
    if (step.has_error()) co_return step;
    step = co_await receive_answer(exchange);
    if (step.has_error()) co_return step;
    if (exchange.answer->status() != 101) {
        step = co_await receive_body(exchange);
        if (step.has_error()) co_return step;
        co_return Error{Reason::upstream_rejected, {}, "the backend's answer is not 101"};
    }
    auto const accepted = http::check_accepted(*exchange.answer, exchange.asked);
    if (accepted.has_error()) co_return accepted.error();
    exchange.subprotocol = accepted->subprotocol;
    co_return Result<void>{};
}

// --- dialling ----------------------------------------------------------------------------------

Await<Result<void>> dial(Exchange& exchange, TimePoint deadline) {
    auto const began = Clock::now();
    auto const connect_timeout = exchange.found.rule->rule->timeouts.connect;
    exchange.set_deadline(std::min(deadline, began + connect_timeout), Reason::upstream_timeout);
    auto dialled = upstream::begin_dial(*exchange.tried.back());
    auto outcome = dialled.outcome;
    if (dialled.socket.is_open()) exchange.backend.open(relay::Transport(dialled.socket.release()));
    if (outcome == DialOutcome::in_progress) {
        auto const connected = co_await await_connect(exchange);
        if (connected.has_error()) co_return connected.error();
        outcome = *connected;
    }
    if (outcome == DialOutcome::connected) {
        exchange.services.cells.backend_connect_duration.observe(Clock::now() - began);
    }
    co_return judge_dial(exchange, outcome);
}

Await<Result<DialOutcome>> await_connect(Exchange& exchange) {
    auto const waited = co_await exchange.wait(exchange.backend, Interest::write);
    if (waited.has_value()) co_return upstream::finish_dial(exchange.backend.transport().fd());
    if (waited.error().reason == Reason::upstream_timeout) co_return DialOutcome::timeout;
    co_return waited.error();
}

Result<void> judge_dial(Exchange& exchange, DialOutcome outcome) {
    if (outcome == DialOutcome::connected) return {};
    exchange.services.cells.count_connect_error(to_string(outcome));
    auto const reason = outcome == DialOutcome::no_descriptors ? Reason::overloaded
                        : outcome == DialOutcome::timeout      ? Reason::upstream_timeout
                                                               : Reason::upstream_refused;
    return Error{reason, {}, "connect: " + std::string(to_string(outcome))};
}

/// Connect failures, and what the endpoint did before it answered a byte. A timeout is one only
/// while connecting: an endpoint that was given the request and is silent may have acted on it.
bool another_may_do(Exchange const& exchange, Reason reason) {
    if (reason == Reason::upstream_refused) return true;
    return reason == Reason::upstream_timeout && !exchange.answer.has_value();
}

// --- the request and its answer ----------------------------------------------------------------

Await<Result<void>> forward_request(Exchange& exchange) {
    auto const hop = hop_of(exchange);
    auto const head = http::forward_head(exchange.request, hop, exchange.trace);
    auto sent = co_await exchange.send(exchange.backend, head, Reason::upstream_refused);
    // A backend that closes while it is sent to may have answered before: the read tells.
    if (sent.has_error() && sent.error().reason != Reason::upstream_refused) co_return sent;
    co_return Result<void>{};
}

Await<Result<void>> receive_answer(Exchange& exchange) {
    auto& answer = *exchange.answer;
    // It takes a round trip at least: a read now would be a system call for nothing.
    auto const begun = co_await exchange.wait(exchange.backend, Interest::read);
    if (begun.has_error()) co_return begun;
    for (;;) {
        auto const got = co_await read_some(exchange);
        if (got.has_error()) co_return got.error();
        if (got->empty()) {
            if (answer.bytes() == 0) {
                co_return Error{Reason::upstream_refused, {}, "closed before it answered"};
            }
            co_return Error{Reason::upstream_bad_response, {}, "closed inside its answer's head"};
        }
        auto const bytes = relay::as_text(*got);
        auto const fed = answer.feed(bytes);
        if (fed.has_error()) co_return fed.error();
        if (fed->state == http::Fed::State::need_more) continue;
        exchange.early_from_backend = bytes.substr(fed->consumed);
        co_return Result<void>{};
    }
}

Await<Result<void>> receive_body(Exchange& exchange) {
    auto reader = http::BodyReader::of(*exchange.answer);
    if (reader.has_error()) co_return reader.error();
    auto state = reader->feed(exchange.early_from_backend);
    while (state.has_value() && *state == http::BodyReader::State::need_more) {
        auto const got = co_await read_some(exchange);
        if (got.has_error()) co_return got.error();
        state = got->empty() ? reader->end_of_stream() : reader->feed(relay::as_text(*got));
    }
    if (state.has_error()) co_return state.error();
    exchange.body = reader->body();
    co_return Result<void>{};
}

/// The backend's next bytes; none when it has ended. A view of the worker's scratch buffer, to be
/// used before the next wait.
Await<Result<relay::Bytes>> read_some(Exchange& exchange) {
    auto& scratch = exchange.services.scratch;
    for (;;) {
        auto const got = exchange.backend.transport().read(scratch);
        if (got.status == relay::IoStatus::ok) co_return relay::Bytes(scratch).first(got.bytes);
        if (got.status != relay::IoStatus::would_block) co_return relay::Bytes{};
        auto const waited = co_await exchange.wait(exchange.backend, Interest::read);
        if (waited.has_error()) co_return waited.error();
    }
}

http::Hop hop_of(Exchange const& exchange) {
    auto const& rule = *exchange.found.rule->rule;
    auto const& path = exchange.found.match->path;
    http::Hop hop{.client = exchange.client_host,
                  .scheme = exchange.client.is_tls() ? http::Scheme::https : http::Scheme::http,
                  .port = exchange.port,
                  .rewrite = std::nullopt};
    if (rule.replace_prefix && path.type == model::PathMatchType::prefix) {
        hop.rewrite = {.prefix = path.value, .replacement = *rule.replace_prefix};
    }
    return hop;
}

}  // namespace
}  // namespace holdfast::handshake
