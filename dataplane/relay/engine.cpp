#include "dataplane/relay/engine.hpp"

#include <sys/epoll.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/base/assert.hpp"
#include "common/base/limits.hpp"
#include "common/base/log.hpp"
#include "dataplane/relay/live_session.hpp"

namespace holdfast::relay {

namespace asio = boost::asio;

class Engine::Core {
public:
    Core(asio::io_context& io, telemetry::WorkerCells& cells, telemetry::AccessLog& log);
    ~Core();

    void adopt(Admission admission);
    void close(LiveSession& session, Reason reason, std::uint16_t code);
    void recall(Reason reason);
    void set_close_place(ClosePlace place);
    void cut();

    std::unordered_map<SessionId, std::unique_ptr<LiveSession>> sessions_;
    std::function<void()> on_end_;

private:
    using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>,
                                             asio::io_context::executor_type>;

    // The nested epoll set.
    void wait_for_events();
    void handle_events();
    void handle(epoll_event const& event);
    bool watch(LiveSession& session, Side side);
    void watch_writable(LiveSession& session, Side side);
    [[nodiscard]] int control(int operation, LiveSession& session, Side side);

    // One session.
    void take_turn(LiveSession& session);
    void after_turn(LiveSession& session);
    void publish(LiveSession& session);
    void end(LiveSession& session);
    void bury();

    // Time.
    [[nodiscard]] std::uint64_t tick() const noexcept;
    void set_timer(LiveSession& session);
    void arm();
    void fire();
    void on_time(LiveSession& session, std::uint64_t now);

    telemetry::WorkerCells& cells_;
    telemetry::AccessLog& log_;
    BlockPool pool_;
    std::vector<std::uint8_t> scratch_;
    Workbench bench_;
    Wheel wheel_;
    Timer timer_;
    std::optional<std::uint64_t> armed_;
    asio::posix::basic_stream_descriptor<asio::io_context::executor_type> events_;
    std::vector<SessionId> ready_;   ///< Sessions whose last turn left something to do.
    std::vector<SessionId> buried_;  ///< Ended; freed when no event can name them any more.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// --- public face -------------------------------------------------------------------------------

Engine::Engine(asio::io_context& io, telemetry::WorkerCells& cells, telemetry::AccessLog& log)
    : core_(std::make_unique<Core>(io, cells, log)) {}

Engine::~Engine() = default;

void Engine::adopt(Admission admission) { core_->adopt(std::move(admission)); }

std::size_t Engine::size() const noexcept { return core_->sessions_.size(); }

void Engine::for_each(std::function<void(SessionView const&)> const& visit) const {
    for (auto const& [id, session] : core_->sessions_)
        visit(session->view());
}

bool Engine::close(SessionId id, Reason reason, std::uint16_t code) {
    auto const found = core_->sessions_.find(id);
    if (found == core_->sessions_.end()) return false;
    core_->close(*found->second, reason, code);
    return true;
}

void Engine::recall(Reason reason) { core_->recall(reason); }

void Engine::set_close_place(ClosePlace place) { core_->set_close_place(place); }

void Engine::cut() { core_->cut(); }

void Engine::on_end(std::function<void()> callback) { core_->on_end_ = std::move(callback); }

// --- life --------------------------------------------------------------------------------------

Engine::Core::Core(asio::io_context& io, telemetry::WorkerCells& cells, telemetry::AccessLog& log)
    : cells_(cells),
      log_(log),
      scratch_(limits::scratch_bytes + limits::held_frame_bytes_max),
      bench_{.scratch = scratch_, .pool = pool_},
      timer_(io),
      events_(io, ::epoll_create1(EPOLL_CLOEXEC)) {
    wait_for_events();
}

Engine::Core::~Core() {
    *alive_ = false;
    on_end_ = nullptr;
    cut();
}

void Engine::Core::adopt(Admission admission) {
    static std::atomic<SessionId> last_id{0};
    SessionId const id = ++last_id;
    auto owned = std::make_unique<LiveSession>(id, std::move(admission), Clock::now());
    auto& session = *owned;
    sessions_.emplace(id, std::move(owned));
    session.terms->cells->sessions_active.add();
    if (!watch(session, Side::client) || !watch(session, Side::backend)) {
        log::error("a session cannot be watched", {{"error", std::strerror(errno)}});
        session.tunnel.close(bench_, Reason::internal_error,
                             info(Reason::internal_error).close_code);
        session.tunnel.cut(bench_);
        after_turn(session);
        return bury();
    }
    session.preload(bench_);
    take_turn(session);
    bury();
}

// --- the nested epoll set ----------------------------------------------------------------------

/// The kernel tells at once what a plain socket has to read; what OpenSSL has read ahead it does
/// not know.
bool Engine::Core::watch(LiveSession& session, Side side) {
    bool const is_tls = session.tunnel.wire(side).is_tls();
    session.watches_writable[static_cast<std::size_t>(side)] = is_tls;
    if (is_tls) session.tunnel.note(side, {.readable = true});
    return control(EPOLL_CTL_ADD, session, side) == 0;
}

/// From the first write that the kernel did not take whole: most sockets never come to that, and
/// are spared the event that says they are writable from the start.
void Engine::Core::watch_writable(LiveSession& session, Side side) {
    bool& watched = session.watches_writable[static_cast<std::size_t>(side)];
    if (watched || !session.tunnel.wants_writable(side)) return;
    watched = true;
    if (control(EPOLL_CTL_MOD, session, side) == 0) return;
    log::error("a session cannot be watched", {{"error", std::strerror(errno)}});
    session.tunnel.note(side, {.writable = true, .error = true});
}

int Engine::Core::control(int operation, LiveSession& session, Side side) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
    if (session.watches_writable[static_cast<std::size_t>(side)]) event.events |= EPOLLOUT;
    event.data.u64 = session.id << 1 | static_cast<std::uint64_t>(side);
    return ::epoll_ctl(events_.native_handle(), operation, session.tunnel.wire(side).fd(), &event);
}

void Engine::Core::wait_for_events() {
    events_.async_wait(asio::posix::descriptor_base::wait_read,
                       [this](boost::system::error_code const& error) {
                           if (error) return;
                           handle_events();
                           wait_for_events();
                       });
}

void Engine::Core::handle_events() {
    std::array<epoll_event, 256> events;
    int const n = ::epoll_wait(events_.native_handle(), events.data(), events.size(), 0);
    for (int i = 0; i < n; ++i)
        handle(events[static_cast<std::size_t>(i)]);

    // Sessions with more to do share the loop with the others: one turn each, then events again.
    auto const ready = std::exchange(ready_, {});
    for (auto const id : ready) {
        if (auto const found = sessions_.find(id); found != sessions_.end()) {
            found->second->queued = false;
            take_turn(*found->second);
        }
    }
    bury();
    if (ready_.empty()) return;
    asio::post(events_.get_executor(), [this, alive = alive_] {
        if (*alive) handle_events();
    });
}

void Engine::Core::handle(epoll_event const& event) {
    auto const found = sessions_.find(event.data.u64 >> 1);
    if (found == sessions_.end()) return;
    auto& session = *found->second;
    auto const side = static_cast<Side>(event.data.u64 & 1);
    Edges edges{.readable = (event.events & EPOLLIN) != 0,
                .writable = (event.events & EPOLLOUT) != 0,
                .hangup = (event.events & (EPOLLRDHUP | EPOLLHUP)) != 0,
                .error = (event.events & EPOLLERR) != 0};
    // TLS may have to read in order to write, and the other way round.
    if (session.tunnel.wire(side).is_tls()) edges.readable = edges.writable = true;
    session.tunnel.note(side, edges);
    take_turn(session);
}

// --- one session -------------------------------------------------------------------------------

void Engine::Core::take_turn(LiveSession& session) {
    if (session.buried) return;
    bool const more = session.tunnel.turn(bench_) == Tunnel<Transport>::Turn::more;
    after_turn(session);
    if (more && !session.queued) {
        session.queued = true;
        ready_.push_back(session.id);
    }
}

void Engine::Core::after_turn(LiveSession& session) {
    publish(session);
    if (session.tunnel.has_ended()) return end(session);
    watch_writable(session, Side::client);
    watch_writable(session, Side::backend);
    if (session.tunnel.take_activity()) session.last_data = tick();
    auto const state = session.tunnel.state();
    if (state == session.timed_state && session.timer.next != nullptr) return;
    if (state != session.timed_state) {
        session.timed_state = state;
        session.state_since = tick();
    }
    set_timer(session);
}

void Engine::Core::publish(LiveSession& session) {
    session.publish();
    auto const paused = session.paused_directions();
    if (paused != session.paused_published) {
        cells_.paused_directions.add(static_cast<std::uint64_t>(paused - session.paused_published));
        session.paused_published = paused;
    }
    auto const bytes = pool_.bytes_out();
    auto const shown = cells_.send_buffer_bytes.get();
    if (bytes != shown) cells_.send_buffer_bytes.add(bytes - shown);
}

void Engine::Core::end(LiveSession& session) {
    session.tunnel.release(bench_);
    publish(session);
    wheel_.remove(session.timer);
    session.terms->cells->sessions_active.sub();
    auto const& ending = session.tunnel.ending();
    auto const record = session.record();
    cells_.count_close({session.terms->route, record.side, ending.code, ending.reason},
                       record.duration);
    log_.write(record);
    session.buried = true;
    buried_.push_back(session.id);
    if (on_end_) on_end_();
}

void Engine::Core::bury() {
    if (buried_.empty()) return;
    for (auto const id : buried_)
        sessions_.erase(id);
    buried_.clear();
    arm();
}

void Engine::Core::close(LiveSession& session, Reason reason, std::uint16_t code) {
    session.tunnel.close(bench_, reason, code);
    take_turn(session);
    bury();
}

void Engine::Core::recall(Reason reason) {
    for (auto& [id, session] : sessions_) {
        session->tunnel.recall(bench_, reason);
        after_turn(*session);
    }
}

void Engine::Core::set_close_place(ClosePlace place) {
    if (std::exchange(bench_.close_place, place) == place) return;
    for (auto& [id, session] : sessions_) {
        session->tunnel.look_for_close_place(bench_);
        after_turn(*session);
    }
    bury();
}

void Engine::Core::cut() {
    for (auto& [id, session] : sessions_) {
        if (session->tunnel.has_ended()) continue;
        session->tunnel.close(bench_, Reason::drain, session->terms->drain_code);
        if (session->is_unanswered()) cells_.drain_forced.add();
        session->tunnel.cut(bench_);
        after_turn(*session);
    }
    bury();
}

// --- time --------------------------------------------------------------------------------------

std::uint64_t Engine::Core::tick() const noexcept {
    return static_cast<std::uint64_t>(Clock::now().time_since_epoch() / limits::timer_tick);
}

void Engine::Core::set_timer(LiveSession& session) {
    if (auto const due = session.next_deadline()) {
        wheel_.add(session.timer, *due, tick());
        arm();
    } else {
        wheel_.remove(session.timer);
    }
}

/// Keeps one timer for the whole wheel, set to the first tick that matters; none for an empty one.
void Engine::Core::arm() {
    auto const next = wheel_.next();
    if (next == armed_ || (armed_ && next && *next >= *armed_)) return;
    armed_ = next;
    if (!next) {
        timer_.cancel();
        return;
    }
    timer_.expires_at(TimePoint(*next * limits::timer_tick));
    timer_.async_wait([this](boost::system::error_code const& error) {
        if (!error) fire();
    });
}

void Engine::Core::fire() {
    armed_.reset();
    auto const now = tick();
    while (auto* const node = wheel_.pop(now))
        on_time(*static_cast<SessionTimer*>(node)->session, now);
    bury();
    arm();
}

void Engine::Core::on_time(LiveSession& session, std::uint64_t now) {
    auto& tunnel = session.tunnel;
    if (session.state_expired(now)) {
        tunnel.timeout(bench_);
    } else if (tunnel.state() == closing::State::open) {
        if (auto const reason = session.outlived(now)) {
            auto const own =
                *reason == Reason::idle ? info(*reason).close_code : session.terms->drain_code;
            tunnel.close(bench_, *reason, own);
        }
    }
    take_turn(session);
    if (!tunnel.has_ended() && session.timer.next == nullptr) set_timer(session);
}

}  // namespace holdfast::relay
