#include "dataplane/eviction/session_closer.hpp"

#include <algorithm>
#include <random>

#include "common/base/limits.hpp"

namespace holdfast {
namespace {

std::uint64_t seed() { return std::random_device{}(); }

}  // namespace

SessionCloser::SessionCloser(boost::asio::io_context& io, relay::Engine& engine)
    : timer_(io.get_executor()), engine_(engine) {}

void SessionCloser::drain(TimePoint deadline) {
    auto const last_close = deadline - limits::close_timeout;
    engine_.set_close_place(relay::ClosePlace::between_messages);
    if (drain_) {
        drain_->set_deadline(last_close);
    } else {
        drain_.emplace(Clock::now(), last_close, seed());
    }
    wake();
}

void SessionCloser::cancel_drain() {
    drain_.reset();
    engine_.set_close_place(relay::ClosePlace::between_messages);
    engine_.recall(Reason::drain);
}

void SessionCloser::carry_out(Sentences const& sentences) {
    std::erase_if(rules_, [&](auto const& entry) {
        auto const found = sentences.find(entry.first);
        return found == sentences.end() || found->second != entry.second.sentence;
    });
    auto const now = Clock::now();
    for (auto const& [terms, sentence] : sentences) {
        rules_.try_emplace(terms, RuleClosing{sentence, Pacer(now, now + sentence.over, seed())});
    }
    if (!rules_.empty()) look();
}

void SessionCloser::stop() {
    stopped_ = true;
    timer_.cancel();
}

void SessionCloser::wake() {
    if (awake_ || stopped_) return;
    awake_ = true;
    timer_.expires_after(limits::timer_tick);
    timer_.async_wait([this](boost::system::error_code const& error) {
        awake_ = false;
        if (!error) look();
    });
}

void SessionCloser::look() {
    auto const now = Clock::now();
    close_rules(now);
    if (drain_) close_all(now);
    if (!rules_.empty() || drain_) wake();
}

SessionCloser::Candidates SessionCloser::candidates() const {
    Candidates found;
    found.reserve(engine_.size());
    engine_.for_each([&](relay::SessionView const& session) {
        if (!session.closing) found.push_back({session.id, &session.terms, session.quiet});
    });
    return found;
}

void SessionCloser::keep_idlest(Candidates& sessions, std::size_t count) {
    auto const end = sessions.begin() + static_cast<std::ptrdiff_t>(count);
    std::ranges::nth_element(sessions, end, std::ranges::greater{}, &Candidate::quiet);
    sessions.erase(end, sessions.end());
}

void SessionCloser::close_rules(TimePoint now) {
    if (rules_.empty()) return;
    std::unordered_map<relay::Terms const*, Candidates> by_rule;
    for (auto const& candidate : candidates()) {
        if (rules_.contains(candidate.terms)) by_rule[candidate.terms].push_back(candidate);
    }
    for (auto& [terms, sessions] : by_rule) {
        auto& rule = rules_.at(terms);
        keep_idlest(sessions, rule.pacer.due(now, sessions.size()));
        for (auto const& session : sessions) {
            engine_.close(session.id, rule.sentence.reason, rule.sentence.code);
        }
    }
    // Who still joins under terms of an earlier table is judged then, by another carry_out().
    std::erase_if(rules_, [&](auto const& entry) { return !by_rule.contains(entry.first); });
}

void SessionCloser::close_all(TimePoint now) {
    auto sessions = candidates();
    keep_idlest(sessions, drain_->due(now, sessions.size()));
    for (auto const& session : sessions) {
        engine_.close(session.id, Reason::drain, session.terms->drain_code);
    }
    if (now < drain_->deadline()) return;
    engine_.set_close_place(relay::ClosePlace::between_frames);
    if (now >= drain_->deadline() + limits::close_timeout && engine_.size() > 0) engine_.cut();
}

}  // namespace holdfast
