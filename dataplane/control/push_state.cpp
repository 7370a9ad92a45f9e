#include "dataplane/control/push_state.hpp"

#include <algorithm>

namespace holdfast::control {
namespace {

/// Enough to see what is wrong, few enough for one answer (limits::push_answer_bytes_max).
constexpr std::size_t kProblemsMax = 100;

}  // namespace

Answers PushState::opened(StreamId stream) {
    streams_.emplace(stream, Standing::staying);
    bool const subscribe = !source_;
    if (subscribe) {
        source_ = stream;
    }
    return {{stream, push::Hello{.protocol = push::kProtocol,
                                 .features = {"delta"},
                                 .node = identity_.node,
                                 .gateway = identity_.gateway,
                                 .build = identity_.build,
                                 .subscribe = subscribe,
                                 .have = in_force_}}};
}

Answers PushState::closed(StreamId stream) {
    streams_.erase(stream);
    return source_ == stream ? elect() : Answers{};
}

Answers PushState::going_away(StreamId stream) {
    if (auto const found = streams_.find(stream); found != streams_.end()) {
        found->second = Standing::leaving;
    }
    return source_ == stream ? elect() : Answers{};
}

Answers PushState::accepted(std::uint64_t nonce, std::string hash) {
    in_force_ = std::move(hash);
    return tell_all(nonce);
}

Answers PushState::refused(std::uint64_t nonce, std::vector<Problem> problems) const {
    if (!source_) {
        return {};
    }
    problems.resize(std::min(problems.size(), kProblemsMax));
    return {{*source_, push::Nack{nonce, in_force_, std::move(problems)}}};
}

Answers PushState::took_from_disk(std::string hash) {
    in_force_ = std::move(hash);
    return tell_all(0);
}

/// The oldest stream takes over: the one whose id is smallest.
Answers PushState::elect() {
    auto const next = std::ranges::find(streams_, Standing::staying,
                                        &std::pair<StreamId const, Standing>::second);
    if (next == streams_.end()) {
        source_.reset();
        return {};
    }
    source_ = next->first;
    return {{*source_, push::Subscribe{in_force_}}};
}

Answers PushState::tell_all(std::uint64_t nonce) const {
    Answers answers;
    for (auto const& [stream, standing] : streams_) {
        answers.push_back({stream, push::Ack{source_ == stream ? nonce : 0, in_force_}});
    }
    return answers;
}

}  // namespace holdfast::control
