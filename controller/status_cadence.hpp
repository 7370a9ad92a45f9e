#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>

#include "common/base/clock.hpp"

namespace holdfast::controller {

/// When statuses are computed anew: soon after a table or the fleet moved, once for moves that come
/// close together, and then every second until the last data plane that can change them has had its
/// time.
///
/// Threads  the io_context's, which has one.
class StatusCadence {
public:
    StatusCadence(boost::asio::io_context& io, std::function<void()> write);

    /// Statuses may be others now.
    void moved();

private:
    void wait(std::chrono::milliseconds delay);
    void write();

    boost::asio::steady_timer timer_;
    std::function<void()> write_;
    TimePoint moved_at_;
    bool waits_ = false;
};

}  // namespace holdfast::controller
