// Goal: whatever goes wrong between an API server and a reflector, what has been delivered once all
// is well is what the server has; and what went with the definition of its kind stays, until a
// minute after something came back. Method: a reflector against a model of a server, in simulated
// time, with random faults of every answer.
#include <gtest/gtest.h>

#include <algorithm>

#include "controller/kube/reflector.hpp"
#include "tests/support/seed.hpp"
#include "tests/unit/kube/model_server.hpp"

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;
using Milliseconds = std::chrono::milliseconds;
using Objects = ModelServer::Objects;

Collection collection(Collection::Definition definition) {
    return {.kind = "WebSocketRoute",
            .api_version = "holdfast.dev/v1alpha1",
            .plural = "websocketroutes",
            .name_space = "",
            .name = "",
            .definition = definition};
}

/// How likely what goes wrong is; nothing does by default.
struct Weather {
    double call = 0;       ///< A list or a look gets no answer, or a bad one.
    double watch = 0;      ///< A watch does not begin.
    double silent = 0;     ///< It says nothing until it is given up.
    double stream = 0;     ///< It ends at some event, in one way or another.
    double operators = 0;  ///< Something changes in a moment.
};
constexpr Weather kCalm{};
constexpr Weather kStorm{.call = 0.3, .watch = 0.2, .silent = 0.03, .stream = 0.1, .operators = 1};
constexpr Weather kBusy{.operators = 1};
constexpr auto kBookmarkInterval = 60s;
Failure const kCutOff{{}, "cut off"};

class Simulation {
public:
    Simulation(Collection::Definition definition, std::uint64_t seed)
        : random_(seed),
          custom_(definition == Collection::Definition::custom),
          server_(collection(definition), random_()),
          reflector_(collection(definition), random_()) {}

    void run(Weather const& weather, Milliseconds how_long) {
        weather_ = weather;
        end_ = now_ + how_long;
        while (now_ < end_) {
            Step const step = reflector_.next(now_);
            std::visit([this](auto const& one) { take(one); }, step);
        }
    }

    /// What is not as it must be once all is well; empty when it is.
    std::string complaint() const {
        if (!violation_.empty()) return violation_;
        if (!server_.defined() || server_.going()) return {};
        bool const held = reflector_.trouble() && reflector_.trouble()->kind == Trouble::Kind::held;
        // Nothing came back, so that all stays.
        if (held && server_.objects().empty()) return {};
        if (reflector_.trouble()) return "trouble stays: " + reflector_.trouble()->message;
        if (delivered_ == server_.objects()) return {};
        return "delivered: " + testing::PrintToString(delivered_) +
               "\nthe server has: " + testing::PrintToString(server_.objects());
    }
    bool defined() const { return server_.defined(); }
    int requests() const { return requests_; }
    WatchCounts const& counts() const { return reflector_.counts(); }

private:
    bool chance(double probability) { return std::bernoulli_distribution(probability)(random_); }
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

    void take(WaitStep const& step) { pass(step.time); }
    void take(ListStep const& step) {
        ++requests_;
        pass(Milliseconds(below(200)));
        auto answer = chance(weather_.call) ? bad_answer() : server_.list(step.target);
        // A list that begins now sees what was restored.
        bool const begins = parameter(step.target, "continue").empty();
        if (begins && answer && answer->status == 200) restored_ = false;
        pass(Milliseconds(below(200)));
        deliver(reflector_.listed(answer, now_));
        note_missing(answer);
    }
    void take(CheckStep const&) {
        ++requests_;
        pass(Milliseconds(below(20)));
        auto answer = chance(weather_.call) ? bad_answer() : server_.discovery(now_);
        pass(Milliseconds(below(20)));
        deliver(reflector_.checked(answer, now_));
        note_missing(answer);
    }
    void take(WatchStep const& step);
    bool tell(WatchEvent event);
    Outcome<Answer> bad_answer();
    void pass(Milliseconds time);
    void operate();
    void deliver(Delta delta);
    void note_missing(Outcome<Answer> const& answer) {
        if (answer && answer->status == 404 && !server_.defined()) told_missing_ = true;
    }
    /// Discovery may not know yet of a definition that goes then.
    bool about_to_release() const {
        return returned_at_ && now_ + 1s >= *returned_at_ + DeletionGuard::kReturnTime;
    }
    std::string some_key() { return "default/" + std::to_string(below(12)); }

    std::mt19937_64 random_;
    bool const custom_;
    TimePoint now_{1h};
    TimePoint end_;
    Weather weather_;
    ModelServer server_;
    Reflector reflector_;
    Objects delivered_;
    bool told_missing_ = false;  ///< The reflector has been told that the kind is gone.
    bool restored_ = false;      ///< And the reflector cannot know it yet.
    Objects protected_;          ///< What went with its definition.
    std::optional<TimePoint> returned_at_;
    int requests_ = 0;
    std::string violation_;
};

void Simulation::take(WatchStep const& step) {
    ++requests_;
    std::uint64_t from = std::stoull(parameter(step.target, "resourceVersion"));
    TimePoint const until =
        now_ + std::chrono::seconds(std::stoull(parameter(step.target, "timeoutSeconds")));
    pass(Milliseconds(below(200)));
    if (chance(weather_.watch)) return reflector_.watch_ended(bad_answer(), now_);
    if (!server_.defined()) return reflector_.watch_ended(refusal(404, "NotFound"), now_);
    if (!server_.remembers(from)) {
        if (chance(0.5)) return reflector_.watch_ended(refusal(410, "Expired"), now_);
        return (void)tell(error_event(410));
    }
    // A server that was restored may wait for its old future without a word.
    if (chance(weather_.silent) || (from > server_.version() && chance(0.8))) {
        pass(step.silence_timeout);
        return reflector_.watch_ended(kCutOff, now_);
    }
    int const era = server_.era();
    TimePoint bookmark_at = now_ + kBookmarkInterval;
    while (now_ < end_) {
        for (WatchEvent& event : server_.events_after(from)) {
            if (!tell(std::move(event))) return;
        }
        from = std::max(from, server_.version());
        if (now_ >= bookmark_at) {
            bookmark_at += kBookmarkInterval;
            if (!tell(server_.bookmark())) return;
        }
        pass(Milliseconds(below(5'000)));
        if (server_.era() != era) return reflector_.watch_ended(kCutOff, now_);
        if (now_ >= until) return reflector_.watch_ended(Answer{200, "", std::nullopt}, now_);
    }
}

/// False when the stream has ended with it, or before it.
bool Simulation::tell(WatchEvent event) {
    if (chance(weather_.stream)) {
        switch (below(3)) {
            case 0:
                reflector_.watch_ended(kCutOff, now_);
                return false;
            case 1:
                reflector_.watch_ended(Answer{200, "", std::nullopt}, now_);
                return false;
            default:
                event = error_event(chance(0.5) ? 500 : 410);
        }
    }
    if (event.type == WatchEvent::Type::bookmark) restored_ = false;
    deliver(reflector_.watched(std::move(event), now_));
    return !reflector_.wants_out();
}

Outcome<Answer> Simulation::bad_answer() {
    static std::vector<int> const codes{401, 403, 410, 429, 500, 503, 504};
    std::uint64_t const kind = below(codes.size() + 2);
    if (kind == codes.size()) return kCutOff;
    if (kind > codes.size()) return Answer{502, "<html>", std::nullopt};
    Answer answer = refusal(codes[kind], "");
    if (chance(0.3)) answer.retry_after = std::chrono::seconds(below(10));
    return answer;
}

void Simulation::pass(Milliseconds time) {
    TimePoint const until = now_ + time;
    while (now_ < until) {
        now_ = std::min<TimePoint>(until, now_ + Milliseconds(1 + below(1'000)));
        if (chance(weather_.operators)) operate();
        server_.pass(now_);
    }
}

void Simulation::operate() {
    if (server_.going() || restored_) return;
    if (!server_.defined()) {
        // A kind that comes back before its absence is noticed was never gone.
        if (told_missing_ && chance(0.2)) server_.define();
        return;
    }
    std::uint64_t const what = below(100);
    if (what < 10) {
        std::string const key = some_key();
        server_.put(key);
        protected_.erase(key);
        if (!protected_.empty() && !returned_at_) returned_at_ = now_;
    } else if (what < 14) {
        server_.remove(some_key());
    } else if (what < 16) {
        server_.compact();
    } else if (what == 16 && below(4) == 0) {
        server_.restore();
        restored_ = true;
    } else if (what == 17 && below(4) == 0) {
        Objects const all = server_.objects();
        for (auto const& [key, version] : all) {
            server_.remove(key);
        }
    } else if (what == 18 && below(4) == 0 && custom_ && !about_to_release()) {
        for (auto const& [key, version] : server_.objects()) {
            protected_[key] = version;
        }
        returned_at_.reset();
        told_missing_ = false;
        server_.delete_definition(now_);
    }
}

void Simulation::deliver(Delta delta) {
    if (returned_at_ && now_ >= *returned_at_ + DeletionGuard::kReturnTime) {
        protected_.clear();
        returned_at_.reset();
    }
    for (auto const& object : delta.upserts) {
        delivered_[key_of(object)] = std::stoull(version_of(object));
    }
    for (std::string const& key : delta.removes) {
        auto const known = delivered_.extract(key);
        auto const kept = protected_.find(key);
        if (known.empty()) violation_ = "never delivered and removed: " + key;
        // An older version went because someone deleted it before.
        bool const last = kept != protected_.end() && known && known.mapped() == kept->second;
        if (last) violation_ = "gone with its definition: " + key;
    }
}

void simulate(Collection::Definition definition, std::uint64_t rounds) {
    WatchCounts total;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        std::uint64_t const seed = test::seed() + round;
        SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
        Simulation simulation(definition, seed);
        for (int change = 0; change < 6; ++change) {
            simulation.run(change % 3 == 2 ? kBusy : kStorm, 200s);
            simulation.run(kCalm, 900s);
            ASSERT_EQ(simulation.complaint(), "") << "after " << change + 1 << " storms";
            int const before = simulation.requests();
            simulation.run(kCalm, 600s);
            bool const quiet = simulation.requests() - before < 10 || !simulation.defined();
            ASSERT_TRUE(quiet) << simulation.requests() - before << " requests in a quiet time";
        }
        for (std::size_t i = 0; i < kWatchEnds; ++i) {
            total.ends[i] += simulation.counts().ends[i];
        }
    }
    for (std::size_t i = 0; i < kWatchEnds; ++i) {
        EXPECT_GT(total.ends[i], rounds / 20)
            << "too seldom to show anything: " << to_string(static_cast<WatchEnd>(i));
    }
}

TEST(ReflectorSimulation, DeliversABuiltInKindAsTheServerHasIt) {
    simulate(Collection::Definition::built_in, 40);
}

TEST(ReflectorSimulation, DeliversACustomKindAsTheServerHasItWhateverBecomesOfItsDefinition) {
    simulate(Collection::Definition::custom, 40);
}

}  // namespace
}  // namespace holdfast::controller::kube
