#include "dataplane/relay/closing.hpp"

#include <initializer_list>

namespace holdfast::relay::closing {

namespace {

using enum State;
using enum Action;
using enum Event;
using Row = std::array<Step, kEvents>;

struct Cell {
    Event event;
    State next;
    Action actions = none;
    std::optional<Reason> reason{};
};

/// A state's cells; an event that is not listed means nothing in it.
constexpr Row row(State state, std::initializer_list<Cell> cells) {
    Row row{};
    row.fill(Step{state});
    for (auto const& cell : cells)
        row[static_cast<std::size_t>(cell.event)] = {cell.next, cell.actions, cell.reason};
    return row;
}

constexpr std::array<Row, kStates> kTable{{
    row(open,
        {
            {client_close, client_closing, pass | drop_client, Reason::client_close},
            {backend_close, backend_closing, pass | drop_backend, Reason::backend_close},
            {client_fault, faulted, due | drop_client, Reason::client_protocol},
            {backend_fault, orphaned,
             close_client | close_backend | sift_client | drop_backend | fin_backend,
             Reason::backend_protocol},
            {client_fin, half_closed, fin_backend, Reason::client_eof},
            {client_reset, ended, reset_backend, Reason::client_lost},
            {backend_gone, orphaned, close_client | sift_client | fin_backend,
             Reason::backend_lost},
            {backend_gone_mid_frame, lingering,
             drop_client | drop_backend | fin_client | fin_backend, Reason::lost_mid_frame},
            {gateway_close, announcing, due},
            {cut, ended, close_client | close_backend | fin_client | fin_backend},
        }),
    row(announcing,
        {
            {client_close, client_closing, pass | drop_client, Reason::client_close},
            {backend_close, backend_closing, pass | drop_backend, Reason::backend_close},
            {client_fault, faulted, due | drop_client, Reason::client_protocol},
            {backend_fault, orphaned,
             close_client | close_backend | sift_client | drop_backend | fin_backend,
             Reason::backend_protocol},
            {client_fin, half_closed, fin_backend, Reason::client_eof},
            {client_reset, ended, reset_backend, Reason::client_lost},
            {backend_gone, orphaned, close_client | sift_client | fin_backend,
             Reason::backend_lost},
            {backend_gone_mid_frame, lingering,
             drop_client | drop_backend | fin_client | fin_backend, Reason::lost_mid_frame},
            {recalled, open},
            {boundary, announced, close_client | drop_backend},
            {timeout, announced, close_client | drop_backend},
            {cut, ended, close_client | close_backend | fin_client | fin_backend},
        }),
    row(announced,
        {
            {client_close, retiring, close_backend | drop_client | fin_client},
            {client_fault, retiring, close_backend | drop_client | fin_client},
            {client_fin, retiring, close_backend | drop_client | fin_client},
            {client_reset, retiring, close_backend | drop_client | fin_client},
            {backend_gone, orphaned, sift_client | fin_backend},
            {backend_gone_mid_frame, orphaned, sift_client | fin_backend},
            {timeout, retiring, close_backend | drop_client | fin_client},
            {cut, ended, close_backend | fin_client | fin_backend},
        }),
    row(faulted,
        {
            {backend_close, lingering,
             pass | close_backend | drop_backend | fin_client | fin_backend},
            {backend_fault, lingering,
             close_client | close_backend | drop_backend | fin_client | fin_backend},
            {client_reset, retiring, close_backend | drop_backend},
            {backend_gone, lingering, close_client | fin_client | fin_backend},
            {backend_gone_mid_frame, lingering, fin_client | fin_backend},
            {boundary, retiring, close_client | close_backend | drop_backend | fin_client},
            {timeout, retiring, close_client | close_backend | drop_backend | fin_client},
            {cut, ended, close_client | close_backend | fin_client | fin_backend},
        }),
    row(client_closing,
        {
            {backend_close, lingering, pass | drop_backend | fin_client},
            {backend_fault, lingering, echo_client | drop_backend | fin_client | fin_backend},
            {client_fin, client_closing, fin_backend},
            {client_reset, lingering, drop_backend | fin_backend},
            {backend_gone, lingering, echo_client | fin_client | fin_backend},
            {backend_gone_mid_frame, lingering, fin_client | fin_backend},
            {timeout, lingering, echo_client | drop_backend | fin_client | fin_backend},
            {cut, ended, echo_client | fin_client | fin_backend},
        }),
    row(backend_closing,
        {
            {client_close, lingering, pass | drop_client | fin_client},
            {client_fault, lingering, drop_client | fin_client | fin_backend},
            {client_fin, lingering, fin_client | fin_backend},
            {client_reset, lingering, drop_client | fin_backend},
            {backend_gone, lingering, drop_client | fin_client | fin_backend},
            {backend_gone_mid_frame, lingering, drop_client | fin_client | fin_backend},
            {timeout, lingering, drop_client | fin_client | fin_backend},
            {cut, ended, fin_client | fin_backend},
        }),
    row(half_closed,
        {
            {backend_close, lingering, pass | drop_backend | fin_client},
            {backend_fault, lingering,
             close_client | close_backend | drop_backend | fin_client | fin_backend},
            {client_reset, ended, reset_backend},
            {backend_gone, lingering, fin_client},
            {backend_gone_mid_frame, lingering, fin_client},
            {timeout, lingering, drop_backend | fin_client},
            {cut, ended, fin_client},
        }),
    row(orphaned,
        {
            {client_close, lingering, drop_client | fin_client},
            {client_fault, lingering, drop_client | fin_client},
            {client_fin, lingering, drop_client | fin_client},
            {client_reset, lingering, drop_client | fin_client},
            {timeout, lingering, drop_client | fin_client},
            {cut, ended, fin_client},
        }),
    row(retiring,
        {
            {backend_gone, lingering, fin_backend},
            {backend_gone_mid_frame, lingering, fin_backend},
            {timeout, lingering, fin_backend},
            {cut, ended, fin_backend},
        }),
    row(lingering,
        {
            {timeout, ended},
            {settled, ended},
            {cut, ended},
        }),
    row(ended, {}),
}};

}  // namespace

Step const& step(State state, Event event) noexcept {
    return kTable[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
}

std::string_view to_string(State state) noexcept {
    constexpr std::array<std::string_view, kStates> names{
        "open",        "announcing", "announced", "faulted",   "client_closing", "backend_closing",
        "half_closed", "orphaned",   "retiring",  "lingering", "ended"};
    return names[static_cast<std::size_t>(state)];
}

std::string_view to_string(Event event) noexcept {
    constexpr std::array<std::string_view, kEvents> names{"client_close",  "backend_close",
                                                          "client_fault",  "backend_fault",
                                                          "client_fin",    "client_reset",
                                                          "backend_gone",  "backend_gone_mid_frame",
                                                          "gateway_close", "recalled",
                                                          "boundary",      "timeout",
                                                          "settled",       "cut"};
    return names[static_cast<std::size_t>(event)];
}

}  // namespace holdfast::relay::closing
