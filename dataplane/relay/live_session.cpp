#include "dataplane/relay/live_session.hpp"

#include <algorithm>

#include "common/base/limits.hpp"

namespace holdfast::relay {

namespace {

constexpr auto kFromClient = Direction::client_to_backend;
constexpr auto kToClient = Direction::backend_to_client;

std::uint64_t ticks(std::chrono::milliseconds time) noexcept {
    return static_cast<std::uint64_t>((time + limits::timer_tick - std::chrono::milliseconds(1)) /
                                      limits::timer_tick);
}

std::uint64_t tick_of(TimePoint time) noexcept {
    return static_cast<std::uint64_t>(time.time_since_epoch() / limits::timer_tick);
}

}  // namespace

LiveSession::LiveSession(SessionId number, Admission admission, TimePoint now)
    : id(number),
      tunnel(std::move(admission.client), std::move(admission.backend)),
      terms(std::move(admission.terms)),
      labels(std::move(admission.labels)),
      started(admission.started),
      early_from_client(std::move(admission.early_from_client)),
      early_from_backend(std::move(admission.early_from_backend)),
      began(now),
      last_data(tick_of(now)),
      state_since(last_data) {
    tunnel.set_backend_lost_code(terms->backend_lost_code);
}

void LiveSession::preload(Workbench& bench) {
    tunnel.preload(bench, kFromClient, as_bytes(early_from_client));
    tunnel.preload(bench, kToClient, as_bytes(early_from_backend));
    early_from_client = {};
    early_from_backend = {};
}

SessionView LiveSession::view() const {
    auto const now = tick_of(Clock::now());
    return {id,
            *terms,
            labels,
            closing::to_string(tunnel.state()),
            started,
            (now - std::min(now, last_data)) * limits::timer_tick,
            tunnel.tally(kFromClient).messages,
            tunnel.tally(kToClient).messages,
            tunnel.tally(kFromClient).bytes,
            tunnel.tally(kToClient).bytes,
            tunnel.state() != closing::State::open};
}

telemetry::AccessRecord LiveSession::record() const {
    auto const& ending = tunnel.ending();
    telemetry::AccessRecord record;
    record.started = started;
    record.duration = Clock::now() - began;
    record.request_id = labels.request_id;
    record.traceparent = labels.traceparent;
    record.client = labels.client;
    record.listener = terms->listener;
    record.host = labels.host;
    record.path = labels.path;
    record.route = terms->route;
    record.rule = terms->rule;
    record.backend = labels.backend;
    record.endpoint = labels.endpoint;
    record.subprotocol = labels.subprotocol;
    record.status = 101;
    record.reason = ending.reason;
    record.side = info(ending.reason).side;
    record.close_code = ending.code;
    record.close_text = ending.text;
    record.bytes_from_client = tunnel.tally(kFromClient).bytes;
    record.bytes_to_client = tunnel.tally(kToClient).bytes;
    record.messages_from_client = tunnel.tally(kFromClient).messages;
    record.messages_to_client = tunnel.tally(kToClient).messages;
    return record;
}

void LiveSession::publish() noexcept {
    for (auto const direction : {kFromClient, kToClient}) {
        auto const i = static_cast<std::size_t>(direction);
        auto const& now = tunnel.tally(direction);
        auto& then = published_[i];
        if (now.messages != then.messages)
            terms->cells->messages[i].add(now.messages - then.messages);
        if (now.bytes != then.bytes) terms->cells->bytes[i].add(now.bytes - then.bytes);
        if (now.discarded != then.discarded) {
            terms->cells->bytes_discarded.add(now.discarded - then.discarded);
        }
        then = now;
    }
}

int LiveSession::paused_directions() const noexcept {
    return (tunnel.is_paused(kFromClient) ? 1 : 0) + (tunnel.is_paused(kToClient) ? 1 : 0);
}

std::optional<std::uint64_t> LiveSession::next_deadline() const noexcept {
    if (auto const allowed = tunnel.time_allowed()) {
        return state_since + ticks(*allowed);
    }
    if (tunnel.state() != closing::State::open) return std::nullopt;
    std::optional<std::uint64_t> next;
    if (terms->idle.count() > 0) next = last_data + ticks(terms->idle);
    if (terms->session.count() > 0) {
        auto const age = tick_of(began) + ticks(terms->session);
        next = next ? std::min(*next, age) : age;
    }
    return next;
}

bool LiveSession::state_expired(std::uint64_t now) const noexcept {
    auto const allowed = tunnel.time_allowed();
    return allowed && now >= state_since + ticks(*allowed);
}

std::optional<Reason> LiveSession::outlived(std::uint64_t now) const noexcept {
    if (terms->session.count() > 0 && now >= tick_of(began) + ticks(terms->session)) {
        return Reason::session_age;
    }
    if (terms->idle.count() > 0 && now >= last_data + ticks(terms->idle)) return Reason::idle;
    return std::nullopt;
}

bool LiveSession::is_unanswered() const noexcept {
    using enum closing::State;
    switch (tunnel.state()) {
        case retiring:
        case lingering:
        case ended:
            return false;
        default:
            return true;
    }
}

}  // namespace holdfast::relay
