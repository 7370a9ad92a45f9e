#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <functional>

#include "common/base/clock.hpp"
#include "dataplane/handshake/await.hpp"

namespace holdfast::handshake {

/// What a Group needs of a handshake: it can be told that time has passed, that its own is up, and
/// to stop.
class Member : public boost::intrusive::list_base_hook<
                   boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    Member() = default;
    Member(Member const&) = delete;
    Member& operator=(Member const&) = delete;
    virtual ~Member() = default;

    /// Time has passed: called each limits::timer_tick.
    virtual void on_tick() noexcept = 0;
    /// The deadline has passed. Called once per deadline: a new one must be set first.
    virtual void expire() noexcept = 0;
    /// The worker stops: every wait ends now, and nothing new begins.
    virtual void stop() noexcept = 0;

protected:
    void set_deadline(TimePoint deadline) noexcept { deadline_ = deadline; }

private:
    friend class Group;

    TimePoint deadline_ = TimePoint::max();
};

/// The handshakes of a worker that are under way. Knows them and never owns them: each belongs to
/// its coroutine.
///
/// Keeps time for all of them with one timer that looks at every member each limits::timer_tick
/// while there are any: deadlines are many, move often, and hardly ever come.
///
/// Threads   the io_context's one thread.
/// Lifetime  outlives its members.
class Group {
public:
    explicit Group(boost::asio::io_context& io) : timer_(io.get_executor()) {}

    void add(Member& member);
    [[nodiscard]] bool is_empty() const noexcept { return members_.empty(); }
    /// Tells every member, and each one that joins later, to stop.
    void stop();

private:
    using Timer =
        boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;
    using Members = boost::intrusive::list<Member, boost::intrusive::constant_time_size<false>>;

    void arm();
    void look();

    Timer timer_;
    Members members_;
    bool armed_ = false;
    bool stopped_ = false;
};

}  // namespace holdfast::handshake
