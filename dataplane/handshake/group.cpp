#include "dataplane/handshake/group.hpp"

#include "common/base/limits.hpp"

namespace holdfast::handshake {

void Group::add(Member& member) {
    members_.push_back(member);
    if (stopped_) return member.stop();
    if (!armed_) arm();
}

void Group::stop() {
    stopped_ = true;
    timer_.cancel();
    for (auto& member : members_)
        member.stop();
}

void Group::arm() {
    armed_ = true;
    timer_.expires_after(limits::timer_tick);
    timer_.async_wait([this](boost::system::error_code const& error) {
        if (!error) look();
    });
}

void Group::look() {
    armed_ = false;
    if (stopped_) return;
    auto const now = Clock::now();
    for (auto& member : members_) {
        member.on_tick();
        if (member.deadline_ > now) continue;
        member.deadline_ = TimePoint::max();
        member.expire();
    }
    if (!members_.empty()) arm();
}

}  // namespace holdfast::handshake
