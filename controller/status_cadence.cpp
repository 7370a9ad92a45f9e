#include "controller/status_cadence.hpp"

#include <algorithm>
#include <utility>

#include "controller/push/fleet.hpp"

namespace holdfast::controller {
namespace {

/// Acknowledgements of a fleet come close together.
constexpr auto kDelay = std::chrono::milliseconds(200);
constexpr auto kInterval = std::chrono::seconds(1);
/// Afterwards nothing changes without an event.
constexpr auto kPatience = std::max(Fleet::kStragglers, Fleet::kReturn) + 2 * kInterval;

}  // namespace

StatusCadence::StatusCadence(boost::asio::io_context& io, std::function<void()> write)
    : timer_(io), write_(std::move(write)) {}

void StatusCadence::moved() {
    moved_at_ = Clock::now();
    if (!waits_) wait(kDelay);
}

void StatusCadence::wait(std::chrono::milliseconds delay) {
    waits_ = true;
    timer_.expires_after(delay);
    timer_.async_wait([this](boost::system::error_code error) {
        if (!error) write();
    });
}

void StatusCadence::write() {
    waits_ = false;
    write_();
    if (Clock::now() - moved_at_ <= kPatience) wait(kInterval);
}

}  // namespace holdfast::controller
