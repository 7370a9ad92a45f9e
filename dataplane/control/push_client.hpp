#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <list>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/control/apply.hpp"
#include "dataplane/control/push_link.hpp"
#include "dataplane/control/push_options.hpp"
#include "dataplane/control/push_state.hpp"

namespace holdfast::control {

/// Keeps a push stream to every controller replica, and hands the tables of one of them to the
/// applier: PushState decides which, PushLink is one stream.
///
/// A name stands for all of its addresses; it is resolved again now and then, and when a stream is
/// lost. An address that is gone from the name is not dialled again.
///
/// Threads   all on the thread that runs `io`, or while nothing runs it.
/// Lifetime  `io` and `applier` outlive it. It is destroyed after `stop` has called back, or when
///           nothing runs `io` any more.
class PushClient final : private LinkOwner {
public:
    /// `applied` is called whenever a table from a controller came into force, or was confirmed.
    PushClient(boost::asio::io_context& io, PushOptions options, Applier& applier,
               std::function<void()> applied);
    ~PushClient() = default;
    PushClient(PushClient const&) = delete;
    PushClient& operator=(PushClient const&) = delete;

    void start();
    /// Ends every stream, and calls `done` when the last one has ended.
    void stop(std::function<void()> done);

    /// A table came into force from elsewhere: tells the controllers.
    void took_from_disk(std::string hash);

    /// Streams that are open now.
    [[nodiscard]] std::size_t connected() const noexcept { return state_.streams(); }

private:
    using Timer = boost::asio::steady_timer;
    using Task = boost::asio::awaitable<void>;
    enum class Wanted : bool { no, yes };

    /// What is dialled again and again.
    struct Dialled {
        Peer peer;
        Wanted wanted = Wanted::yes;
    };
    /// A configured name, and the timer until it is resolved again.
    struct Name {
        Address address;
        Timer timer;
    };

    void dialling(PushLink& link) override;
    void opened(PushLink& link) override;
    void received(PushLink& link, std::string_view text) override;
    void ended(PushLink& link) override;

    Task resolve(std::list<Name>::iterator name);
    void update(Name const& name, std::vector<boost::asio::ip::tcp::endpoint> const& endpoints);
    void dial(std::string key, Peer peer);
    Task keep_dialling(std::string key);
    Task wait(Timer& timer, std::chrono::milliseconds time);
    Task tick();

    template <class Frame>
    void take(PushLink& link, Frame const& frame);
    void handle(PushLink& link, push::Same const& frame);
    void handle(PushLink& link, push::Snapshot const& frame);
    void handle(PushLink& link, push::DeltaFrame const& frame);
    void handle(PushLink& link, push::GoAway const& frame);
    void send(Answers const& answers);
    void spawn(Task task);

    boost::asio::io_context& io_;
    PushOptions options_;
    Applier& applier_;
    std::function<void()> applied_;
    PushState state_;
    std::list<Name> names_;
    std::map<std::string, Dialled> dialled_;
    std::map<StreamId, PushLink*> links_;
    std::list<Timer*> waits_;
    Timer tick_timer_;
    StreamId last_stream_ = 0;
    std::set<StreamId> heard_;  ///< Streams on which a frame has come.
    std::mt19937_64 random_{std::random_device{}()};
    std::size_t tasks_ = 0;
    bool stopping_ = false;
    std::function<void()> done_;
};

}  // namespace holdfast::control
