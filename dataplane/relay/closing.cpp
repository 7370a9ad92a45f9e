#include "dataplane/relay/closing.hpp"

namespace holdfast::relay::closing {

namespace {

using enum State;
using enum Action;
using Row = std::array<Step, kEvents>;

// Columns: client_close, backend_close, client_fault, backend_fault, client_fin, client_reset,
//          backend_gone, backend_gone_mid_frame, gateway_close, boundary, timeout, settled, cut.
// A cell that names its own state and does nothing is an event without meaning there.

constexpr Step kCut{ended, close_client | close_backend | fin_client | fin_backend};
constexpr Step kBackendFault{
    orphaned, close_client | close_backend | sift_client | drop_backend | fin_backend,
    Reason::backend_protocol};
constexpr Step kClientLost{ended, reset_backend, Reason::client_lost};
constexpr Step kLostMidFrame{lingering, drop_client | drop_backend | fin_client | fin_backend,
                             Reason::lost_mid_frame};

constexpr Row kOpen{{
    {client_closing, pass | drop_client, Reason::client_close},
    {backend_closing, pass | drop_backend, Reason::backend_close},
    {faulted, due | drop_client, Reason::client_protocol},
    kBackendFault,
    {half_closed, fin_backend, Reason::client_eof},
    kClientLost,
    {orphaned, close_client | sift_client | fin_backend, Reason::backend_lost},
    kLostMidFrame,
    {announcing, due},
    {open},
    {open},
    {open},
    kCut,
}};

constexpr Row kAnnouncing{{
    {client_closing, pass | drop_client, Reason::client_close},
    {backend_closing, pass | drop_backend, Reason::backend_close},
    {faulted, due | drop_client, Reason::client_protocol},
    kBackendFault,
    {half_closed, fin_backend, Reason::client_eof},
    kClientLost,
    {orphaned, close_client | sift_client | fin_backend, Reason::backend_lost},
    kLostMidFrame,
    {announcing},
    {announced, close_client | drop_backend},
    {announcing},
    {announcing},
    kCut,
}};

constexpr Step kToldAndDone{retiring, close_backend | drop_client | fin_client};

constexpr Row kAnnounced{{
    kToldAndDone,
    {announced},
    kToldAndDone,
    {announced},
    kToldAndDone,
    kToldAndDone,
    {orphaned, sift_client | fin_backend},
    {orphaned, sift_client | fin_backend},
    {announced},
    {announced},
    kToldAndDone,
    {announced},
    {ended, close_backend | fin_client | fin_backend},
}};

constexpr Row kFaulted{{
    {faulted},
    {lingering, pass | close_backend | drop_backend | fin_client | fin_backend},
    {faulted},
    {lingering, close_client | close_backend | drop_backend | fin_client | fin_backend},
    {faulted},
    {retiring, close_backend | drop_backend},
    {lingering, close_client | fin_client | fin_backend},
    {lingering, fin_client | fin_backend},
    {faulted},
    {retiring, close_client | close_backend | drop_backend | fin_client},
    {retiring, close_client | close_backend | drop_backend | fin_client},
    {faulted},
    kCut,
}};

constexpr Row kClientClosing{{
    {client_closing},
    {lingering, pass | drop_backend | fin_client},
    {client_closing},
    {lingering, echo_client | drop_backend | fin_client | fin_backend},
    {client_closing, fin_backend},
    {lingering, drop_backend | fin_backend},
    {lingering, echo_client | fin_client | fin_backend},
    {lingering, fin_client | fin_backend},
    {client_closing},
    {client_closing},
    {lingering, echo_client | drop_backend | fin_client | fin_backend},
    {client_closing},
    {ended, echo_client | fin_client | fin_backend},
}};

constexpr Row kBackendClosing{{
    {lingering, pass | drop_client | fin_client},
    {backend_closing},
    {lingering, drop_client | fin_client | fin_backend},
    {backend_closing},
    {lingering, fin_client | fin_backend},
    {lingering, drop_client | fin_backend},
    {lingering, drop_client | fin_client | fin_backend},
    {lingering, drop_client | fin_client | fin_backend},
    {backend_closing},
    {backend_closing},
    {lingering, drop_client | fin_client | fin_backend},
    {backend_closing},
    {ended, fin_client | fin_backend},
}};

constexpr Row kHalfClosed{{
    {half_closed},
    {lingering, pass | drop_backend | fin_client},
    {half_closed},
    {lingering, close_client | close_backend | drop_backend | fin_client | fin_backend},
    {half_closed},
    {ended, reset_backend},
    {lingering, fin_client},
    {lingering, fin_client},
    {half_closed},
    {half_closed},
    {lingering, drop_backend | fin_client},
    {half_closed},
    {ended, fin_client},
}};

constexpr Step kAnswered{lingering, drop_client | fin_client};

constexpr Row kOrphaned{{
    kAnswered,
    {orphaned},
    kAnswered,
    {orphaned},
    kAnswered,
    kAnswered,
    {orphaned},
    {orphaned},
    {orphaned},
    {orphaned},
    kAnswered,
    {orphaned},
    {ended, fin_client},
}};

constexpr Row kRetiring{{
    {retiring},
    {retiring},
    {retiring},
    {retiring},
    {retiring},
    {retiring},
    {lingering, fin_backend},
    {lingering, fin_backend},
    {retiring},
    {retiring},
    {lingering, fin_backend},
    {retiring},
    {ended, fin_backend},
}};

constexpr Row kLingering{{
    {lingering},
    {lingering},
    {lingering},
    {lingering},
    {lingering},
    {lingering},
    {lingering},
    {lingering},
    {lingering},
    {lingering},
    {ended},
    {ended},
    {ended},
}};

constexpr Row kEnded{{{ended},
                      {ended},
                      {ended},
                      {ended},
                      {ended},
                      {ended},
                      {ended},
                      {ended},
                      {ended},
                      {ended},
                      {ended},
                      {ended},
                      {ended}}};

constexpr std::array<Row, kStates> kTable{kOpen,          kAnnouncing,     kAnnounced,  kFaulted,
                                          kClientClosing, kBackendClosing, kHalfClosed, kOrphaned,
                                          kRetiring,      kLingering,      kEnded};

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
    constexpr std::array<std::string_view, kEvents> names{"client_close",
                                                          "backend_close",
                                                          "client_fault",
                                                          "backend_fault",
                                                          "client_fin",
                                                          "client_reset",
                                                          "backend_gone",
                                                          "backend_gone_mid_frame",
                                                          "gateway_close",
                                                          "boundary",
                                                          "timeout",
                                                          "settled",
                                                          "cut"};
    return names[static_cast<std::size_t>(event)];
}

}  // namespace holdfast::relay::closing
