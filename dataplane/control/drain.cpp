#include "dataplane/control/drain.hpp"

#include <algorithm>
#include <array>

namespace holdfast::control {

std::string_view to_string(DrainState state) noexcept {
    constexpr std::array<std::string_view, 5> names{"serving", "announced", "closing", "drained",
                                                    "done"};
    return names[static_cast<std::size_t>(state)];
}

void Drain::on_signal(TimePoint now) noexcept {
    if (signalled_) {
        close_from_ = std::min(close_from_, now);
        deadline_ = std::min(deadline_, now + kHurriedTimeout);
    } else if (state_ == DrainState::serving) {
        announce(now);
    } else if (state_ == DrainState::drained) {
        state_ = DrainState::done;
    }
    signalled_ = true;
}

void Drain::on_drain_request(TimePoint now) noexcept {
    if (state_ == DrainState::serving) {
        requested_ = true;
        announce(now);
    }
}

bool Drain::on_undrain_request() noexcept {
    if (signalled_) {
        return false;
    }
    requested_ = false;
    state_ = DrainState::serving;
    return true;
}

void Drain::on_tick(TimePoint now, std::size_t connections) noexcept {
    if (state_ == DrainState::announced && now >= close_from_) {
        state_ = DrainState::closing;
    }
    if (state_ == DrainState::closing && (connections == 0 || now >= deadline_ + kCutTimeout)) {
        state_ = signalled_ ? DrainState::done : DrainState::drained;
    }
}

DrainOrders Drain::orders() const noexcept {
    DrainOrders orders;
    bool const accepting = state_ == DrainState::serving || state_ == DrainState::announced;
    orders.ready = accepting && !requested_;
    orders.refuse_new = !accepting;
    if (state_ == DrainState::closing) {
        orders.close_by = deadline_;
    }
    orders.exit = state_ == DrainState::done;
    return orders;
}

void Drain::announce(TimePoint now) noexcept {
    state_ = DrainState::announced;
    close_from_ = now + times_.delay;
    deadline_ = close_from_ + times_.timeout;
}

}  // namespace holdfast::control
