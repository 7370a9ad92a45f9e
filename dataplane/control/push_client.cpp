#include "dataplane/control/push_client.hpp"

#include <boost/asio.hpp>

#include <algorithm>
#include <exception>
#include <utility>

#include "common/base/backoff.hpp"
#include "common/base/log.hpp"
#include "common/push/frames.hpp"

namespace asio = boost::asio;

namespace holdfast::control {
namespace {

using Tcp = asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// Problems of a refused table that are logged; the controller is told all of them.
constexpr std::size_t kProblemsLogged = 10;

void log_refusal(std::string_view hash, std::vector<Problem> const& problems);

}  // namespace

PushClient::PushClient(asio::io_context& io, PushOptions options, Applier& applier,
                       std::function<void()> applied)
    : io_(io),
      options_(std::move(options)),
      applier_(applier),
      applied_(std::move(applied)),
      state_(options_.identity),
      tick_timer_(io) {}

void PushClient::start() {
    for (ControllerAddress const& controller : options_.controllers) {
        if (!controller.socket.empty()) {
            dial(controller.socket, {"localhost", controller.socket});
        } else {
            names_.push_back({controller.tcp, Timer(io_)});
            spawn(resolve(std::prev(names_.end())));
        }
    }
    spawn(tick());
}

void PushClient::stop(std::function<void()> done) {
    stopping_ = true;
    done_ = std::move(done);
    for (Timer* const timer : waits_) {
        timer->cancel();
    }
    for (auto const& [id, link] : links_) {
        link->cut();
    }
    if (tasks_ == 0 && done_) {
        asio::post(io_, std::exchange(done_, nullptr));
    }
}

void PushClient::took_from_disk(std::string hash) { send(state_.took_from_disk(std::move(hash))); }

// --- whom to dial ------------------------------------------------------------------------------

PushClient::Task PushClient::resolve(std::list<Name>::iterator name) {
    Tcp::resolver resolver(io_);
    Backoff backoff(options_.times.backoff_min, options_.times.backoff_max, random_());
    while (!stopping_) {
        auto [error, results] = co_await resolver.async_resolve(
            name->address.host, std::to_string(name->address.port), kAwait);
        if (stopping_) {
            break;
        }
        if (error) {
            log::warning("controller cannot be resolved",
                         {{"controller", to_string(name->address)}, {"error", error.message()}});
            co_await wait(name->timer, backoff.next());
            continue;
        }
        backoff.reset();
        std::vector<Tcp::endpoint> endpoints;
        for (auto const& result : results) {
            endpoints.push_back(result.endpoint());
        }
        update(*name, endpoints);
        co_await wait(name->timer, options_.times.resolve_interval);
    }
}

/// Dials the addresses that came, and lets those that went end with their streams.
void PushClient::update(Name const& name, std::vector<Tcp::endpoint> const& endpoints) {
    std::string const prefix = to_string(name.address) + " ";
    for (auto& [key, dialled] : dialled_) {
        if (key.starts_with(prefix)) {
            dialled.wanted = Wanted::no;
        }
    }
    for (Tcp::endpoint const& endpoint : endpoints) {
        Peer peer{name.address.host, endpoint};
        std::string key = prefix + to_string(peer);
        dial(std::move(key), std::move(peer));
    }
}

void PushClient::dial(std::string key, Peer peer) {
    auto const [found, is_new] = dialled_.try_emplace(key, Dialled{std::move(peer)});
    found->second.wanted = Wanted::yes;
    if (is_new) {
        spawn(keep_dialling(std::move(key)));
    }
}

PushClient::Task PushClient::keep_dialling(std::string key) {
    Timer timer(io_);
    Backoff backoff(options_.times.backoff_min, options_.times.backoff_max, random_());
    Dialled const& dialled = dialled_.at(key);
    while (!stopping_ && dialled.wanted == Wanted::yes) {
        StreamId const id = ++last_stream_;
        Failure const end = co_await run_link(io_, dialled.peer, options_.tls, id, *this);
        if (stopping_) {
            break;
        }
        log::warning("no stream to controller", {{"controller", to_string(dialled.peer)},
                                                 {"error", end.detail},
                                                 {"cause", end.cause ? end.cause.message() : ""}});
        if (heard_.erase(id) > 0) {
            backoff.reset();
        }
        co_await wait(timer, backoff.next());
    }
    dialled_.erase(key);
}

PushClient::Task PushClient::wait(Timer& timer, std::chrono::milliseconds time) {
    if (stopping_) {
        co_return;
    }
    auto const here = waits_.insert(waits_.end(), &timer);
    timer.expires_after(time);
    co_await timer.async_wait(kAwait);
    waits_.erase(here);
}

PushClient::Task PushClient::tick() {
    while (!stopping_) {
        co_await wait(tick_timer_, options_.times.tick);
        for (auto const& [id, link] : links_) {
            link->tick(Clock::now(), {options_.times.dial_timeout, options_.times.ping_interval});
        }
    }
}

void PushClient::spawn(Task task) {
    ++tasks_;
    asio::co_spawn(io_, std::move(task), [this](std::exception_ptr failure) {
        if (failure) {
            log::error("push client task ended in an exception");
        }
        --tasks_;
        if (tasks_ == 0 && done_) {
            std::exchange(done_, nullptr)();
        }
    });
}

// --- what streams say --------------------------------------------------------------------------

void PushClient::dialling(PushLink& link) { links_.emplace(link.id(), &link); }

void PushClient::opened(PushLink& link) {
    log::info("controller stream open", {{"streams", state_.streams() + 1}});
    send(state_.opened(link.id()));
}

void PushClient::ended(PushLink& link) {
    links_.erase(link.id());
    std::size_t const before = state_.streams();
    send(state_.closed(link.id()));
    if (state_.streams() < before) {
        for (Name& name : names_) {
            name.timer.cancel();  // The replica may have moved: its name is looked up now.
        }
    }
}

void PushClient::received(PushLink& link, std::string_view text) {
    heard_.insert(link.id());
    auto const frame = push::decode_to_dataplane(text);
    if (!frame) {
        log::warning("controller sent a malformed frame",
                     {{"error", to_string(frame.error().front())}});
        link.cut();
    } else if (*frame) {
        std::visit([&](auto const& known) { handle(link, known); }, **frame);
    }
}

void PushClient::handle(PushLink& link, push::Same const& frame) {
    auto const& in_force = applier_.in_force();
    if (state_.is_source(link.id()) && in_force && in_force->version.hash == frame.hash) {
        applier_.confirm();
        applied_();
    }
}

void PushClient::handle(PushLink& link, push::Snapshot const& frame) { take(link, frame); }
void PushClient::handle(PushLink& link, push::DeltaFrame const& frame) { take(link, frame); }

void PushClient::handle(PushLink& link, push::GoAway const&) {
    log::info("controller goes away");
    send(state_.going_away(link.id()));
    link.close(push::CloseCode::normal);
}

template <class Frame>
void PushClient::take(PushLink& link, Frame const& frame) {
    if (!state_.is_source(link.id())) {
        return;  // Under way when another replica became the source, which sends the same.
    }
    std::vector<Problem> problems = applier_.apply(frame, Clock::now());
    if (problems.empty()) {
        log::info("table applied", {{"hash", frame.version.hash}, {"source", "controller"}});
        send(state_.accepted(frame.nonce, frame.version.hash));
        applied_();
    } else {
        log_refusal(frame.version.hash, problems);
        send(state_.refused(frame.nonce, std::move(problems)));
    }
}

void PushClient::send(Answers const& answers) {
    for (Outgoing const& answer : answers) {
        if (auto const found = links_.find(answer.stream); found != links_.end()) {
            found->second->send(push::encode(answer.frame));
        }
    }
}

namespace {

void log_refusal(std::string_view hash, std::vector<Problem> const& problems) {
    log::error("table refused", {{"hash", hash}, {"problems", problems.size()}});
    for (std::size_t i = 0; i < std::min(problems.size(), kProblemsLogged); ++i) {
        log::error("problem", {{"object", problems[i].object},
                               {"field", problems[i].field},
                               {"error", problems[i].message}});
    }
}

}  // namespace
}  // namespace holdfast::control
