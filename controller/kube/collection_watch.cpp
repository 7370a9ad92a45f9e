#include "controller/kube/collection_watch.hpp"

#include <condition_variable>
#include <stop_token>
#include <string_view>
#include <utility>

namespace holdfast::controller::kube {
namespace {

Request get(std::string const& target) {
    Request request;
    request.target = target;
    return request;
}

}  // namespace

CollectionWatch::CollectionWatch(Transport& transport, Collection collection, WatchOwner& owner,
                                 std::uint64_t seed, ReflectorTimes times)
    : transport_(transport),
      collection_(std::move(collection)),
      owner_(owner),
      reflector_(collection_, seed, times),
      decoder_(collection_) {}

CollectionWatch::~CollectionWatch() { join(); }

void CollectionWatch::start() {
    thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
}

void CollectionWatch::join() {
    stop();
    if (thread_.joinable()) thread_.join();
}

WatchState CollectionWatch::state() const {
    std::lock_guard const lock(mutex_);
    return state_;
}

void CollectionWatch::run(std::stop_token const& stop) {
    while (!stop.stop_requested()) {
        Step const step = reflector_.next(Clock::now());
        std::visit([&](auto const& one) { take(one, stop); }, step);
    }
    finished_ = true;
}

void CollectionWatch::take(WaitStep const& step, std::stop_token const& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, step.time, [] { return false; });
}

void CollectionWatch::take(ListStep const& step, std::stop_token const& stop) {
    auto const answer = transport_.call(get(step.target), stop);
    if (stop.stop_requested()) return;
    deliver(reflector_.listed(answer, Clock::now()));
    tell();
}

void CollectionWatch::take(CheckStep const& step, std::stop_token const& stop) {
    auto const answer = transport_.call(get(step.target), stop);
    if (stop.stop_requested()) return;
    deliver(reflector_.checked(answer, Clock::now()));
    tell();
}

void CollectionWatch::take(WatchStep const& step, std::stop_token const& stop) {
    Request request = get(step.target);
    request.silence_timeout = step.silence_timeout;
    WatchParser parser;
    std::stop_source stream;
    std::stop_callback const forward(stop, [&stream] { stream.request_stop(); });
    auto const answer = transport_.stream(
        request, [&](std::string_view bytes) { read(bytes, parser, stream); }, stream.get_token());
    if (stop.stop_requested()) return;
    // Ended by us: the reflector has decided already how it goes on.
    if (!stream.stop_requested()) reflector_.watch_ended(answer, Clock::now());
    tell();
}

void CollectionWatch::read(std::string_view bytes, WatchParser& parser, std::stop_source& stream) {
    if (stream.stop_requested()) return;
    if (bytes.empty()) reflector_.watch_accepted(Clock::now());
    WatchPiece piece = parser.feed(bytes);
    for (WatchEvent& event : piece.events) {
        deliver(reflector_.watched(std::move(event), Clock::now()));
        if (reflector_.wants_out()) break;
    }
    bool const out = reflector_.wants_out();
    if (piece.broken && !out) reflector_.watch_ended(*piece.broken, Clock::now());
    if (piece.broken || out) stream.request_stop();
    tell();
}

void CollectionWatch::deliver(Delta delta) {
    std::uint64_t const version = reflector_.version();
    // A bookmark moves nothing but the version.
    bool const moved = std::exchange(delivered_version_, version) != version;
    if (delta.upserts.empty() && delta.removes.empty() && !moved) return;
    owner_.delivered(*this, decoder_.decode(std::move(delta), version));
}

void CollectionWatch::tell() {
    {
        std::lock_guard const lock(mutex_);
        state_ = {.complete = reflector_.complete(),
                  .trouble = reflector_.trouble(),
                  .unreadable = decoder_.problems(),
                  .counts = reflector_.counts()};
    }
    owner_.moved(*this);
}

}  // namespace holdfast::controller::kube
