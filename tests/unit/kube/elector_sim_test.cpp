// Goal: two never lead at one instant, whatever the network, the API server, the clocks and the
// processes do; and when they behave, one leads. Method: electors on a simulated API server in
// simulated time, with random faults. Each elector has a clock of its own rate and offset; who
// leads is asked at every event, of stalled electors too, since that is what a writer would be
// told.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "controller/kube/elector.hpp"
#include "tests/support/seed.hpp"

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;

/// True time since the start of the simulation.
using Instant = std::chrono::nanoseconds;

/// The largest ratio of two clocks' rates is below the 1.5 that 15 s / 10 s tolerate.
constexpr double kRateMin = 0.82;
constexpr double kRateMax = 1.22;

struct SimulatedClock {
    double rate = 1;
    Instant offset{0};
    std::chrono::hours wall_offset{0};

    TimePoint local(Instant at) const { return TimePoint(offset + Instant(scaled(at, rate))); }
    WallClock::time_point wall(Instant at) const {
        return WallClock::time_point(
            std::chrono::duration_cast<WallClock::duration>(Instant(scaled(at, rate))) +
            wall_offset);
    }
    /// The first instant at which the clock has reached `time`.
    Instant instant(TimePoint time) const {
        return Instant(scaled(time.time_since_epoch() - offset, 1 / rate)) + 1us;
    }

private:
    static std::int64_t scaled(Instant span, double by) {
        return static_cast<std::int64_t>(static_cast<double>(span.count()) * by);
    }
};

/// One Lease, with the API server's rules for resourceVersion.
class SimulatedServer {
public:
    LeaseAnswer apply(LeaseStep const& step) {
        if (auto const* const create = std::get_if<CreateLease>(&step)) {
            if (lease_) return LeaseConflict{};
            return store(create->lease);
        }
        if (!lease_) return LeaseMissing{};
        if (auto const* const update = std::get_if<UpdateLease>(&step)) {
            if (version(update->lease) != version(*lease_)) return LeaseConflict{};
            return store(update->lease);
        }
        return *lease_;
    }
    /// Someone sets a label.
    void touch() {
        if (lease_) store(*lease_);
    }

private:
    static std::string version(Lease const& lease) {
        return std::string(lease.object.at("metadata").at("resourceVersion").as_string());
    }
    Lease store(Lease lease) {
        lease.object["metadata"].as_object()["resourceVersion"] = std::to_string(++version_);
        lease_ = lease;
        return lease;
    }

    std::optional<Lease> lease_;
    int version_ = 0;
};

/// How likely what goes wrong is.
struct Weather {
    double lost = 0;     ///< A request or an answer does not arrive.
    double stall = 0;    ///< An elector stands still before its next step, for up to 30 s.
    double crash = 0;    ///< It dies in its next step; another process takes its place.
    double restart = 0;  ///< It is told to end, and another process takes its place later.
    double touch = 0;    ///< Someone else changes the object.
    Instant delay_max = 100ms;
    bool outage = false;  ///< The API server answers nothing.
};
Weather const kCalm{};
/// What a candidate waits at most, and four requests of 0.1 s, are no more than three seconds.
Weather const kNear{.delay_max = 50ms};

class Simulation {
public:
    Simulation(std::uint64_t seed, std::size_t electors_count, double rate_min, double rate_max)
        : random_(seed), rates_(rate_min, rate_max), nodes_(electors_count) {
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            start(i, 0s);
    }

    void run(Weather const& weather, Instant how_long) {
        Instant const end = now_ + how_long;
        weather_ = weather;
        while (!events_.empty() && events_.begin()->first <= end) {
            auto const event = events_.extract(events_.begin());
            now_ = event.key();
            event.mapped()();
            check();
        }
        now_ = end;
    }

    Instant now() const { return now_; }
    std::optional<std::size_t> leader() const {
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (leads(i)) return i;
        }
        return std::nullopt;
    }
    bool overlapped() const { return overlapped_; }
    int successions() const { return successions_; }
    /// SIGTERM: the request under way is abandoned.
    void release(std::size_t i) {
        Node& node = nodes_[i];
        if (node.request != 0) {
            node.request = 0;
            node.elector->answered(Failure{{}, "stopped"}, local(node));
        }
        node.elector->release(local(node));
        step(i, node.life);
    }
    /// Until someone leads; how long that took.
    Instant until_led() {
        Instant const start = now_;
        while (!leader() && now_ < start + 1h)
            run(weather_, 10ms);
        return now_ - start;
    }

private:
    struct Node {
        SimulatedClock clock;
        std::unique_ptr<Elector> elector;
        int life = 0;     ///< Which process this is; what was meant for an earlier one is void.
        int request = 0;  ///< Under way; 0: none.
    };

    bool chance(double probability) { return std::bernoulli_distribution(probability)(random_); }
    Instant up_to(Instant max) {
        return Instant(std::uniform_int_distribution<std::int64_t>(0, max.count())(random_));
    }
    TimePoint local(Node const& node) const { return node.clock.local(now_); }
    bool leads(std::size_t i) const { return nodes_[i].elector->leads(local(nodes_[i])); }
    void at(Instant when, std::function<void()> what) {
        events_.emplace(std::max(when, now_), std::move(what));
    }

    void start(std::size_t i, Instant delay) {
        Node& node = nodes_[i];
        node.life = ++lives_;
        node.request = 0;
        node.clock = {.rate = rates_(random_),
                      .offset = up_to(100h),
                      .wall_offset = std::chrono::hours(up_to(1'000h) / 1h)};
        node.elector = std::make_unique<Elector>(Candidacy{.name_space = "system",
                                                           .name = "holdfast",
                                                           .identity = std::to_string(node.life),
                                                           .times = {}},
                                                 random_());
        at(now_ + delay + up_to(2s), [=, this, life = node.life] { step(i, life); });
    }

    void step(std::size_t i, int life) {
        Node& node = nodes_[i];
        if (node.life != life || node.request != 0) return;
        if (chance(weather_.crash)) return start(i, 0s);
        if (chance(weather_.restart)) node.elector->release(local(node));
        if (chance(weather_.stall)) {
            at(now_ + up_to(30s), [=, this] { step(i, life); });
            return;
        }
        LeaseStep const next = node.elector->next(local(node), node.clock.wall(now_));
        if (auto const* const wait = std::get_if<WaitUntil>(&next)) {
            at(node.clock.instant(wait->time), [=, this] { step(i, life); });
        } else if (std::holds_alternative<Finished>(next)) {
            start(i, 20s);
        } else {
            send(i, next);
        }
    }

    void send(std::size_t i, LeaseStep const& step) {
        Node& node = nodes_[i];
        int const request = node.request = ++requests_;
        TimePoint const at_latest = std::visit(
            [](auto const& it) {
                if constexpr (requires { it.at_latest; }) return it.at_latest;
                return TimePoint();
            },
            step);
        at(node.clock.instant(at_latest),
           [=, this, life = node.life] { answer(i, life, request, Failure{{}, "silence"}); });
        if (chance(weather_.lost)) return;
        // What was sent arrives, whether the sender is still there or not.
        at(now_ + up_to(weather_.delay_max), [=, this, life = node.life] {
            if (weather_.outage) return;
            if (chance(weather_.touch)) server_.touch();
            LeaseAnswer const result = server_.apply(step);
            if (chance(weather_.lost)) return;
            at(now_ + up_to(weather_.delay_max), [=, this] { answer(i, life, request, result); });
        });
    }

    void answer(std::size_t i, int life, int request, LeaseAnswer const& result) {
        Node& node = nodes_[i];
        if (node.life != life || node.request != request) return;
        if (chance(weather_.stall)) {
            at(now_ + up_to(30s), [=, this] { answer(i, life, request, result); });
            return;
        }
        node.request = 0;
        node.elector->answered(result, local(node));
        step(i, life);
    }

    void check() {
        int leaders = 0;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (!leads(i)) continue;
            ++leaders;
            if (nodes_[i].life != last_leader_) ++successions_;
            last_leader_ = nodes_[i].life;
        }
        overlapped_ = overlapped_ || leaders > 1;
    }

    std::mt19937_64 random_;
    std::uniform_real_distribution<double> rates_;
    std::multimap<Instant, std::function<void()>> events_;
    Instant now_{0};
    Weather weather_;
    SimulatedServer server_;
    std::vector<Node> nodes_;
    int lives_ = 0;
    int requests_ = 0;
    int last_leader_ = 0;
    int successions_ = 0;
    bool overlapped_ = false;
};

Weather random_weather(std::mt19937_64& random) {
    static std::array<Weather, 7> const kinds{{
        kCalm,
        {.lost = 0.3, .touch = 0.2},
        {.lost = 0.05, .touch = 0.05, .delay_max = 8s},
        {.stall = 0.2, .touch = 0.05, .delay_max = 1s},
        {.lost = 0.1, .stall = 0.05, .crash = 0.03, .delay_max = 3s},
        {.lost = 0.05, .restart = 0.05, .touch = 0.1, .delay_max = 3s},
        {.outage = true},
    }};
    return kinds[random() % kinds.size()];
}

TEST(ElectorSimulation, TwoNeverLeadAndOneDoesWhenAllIsWell) {
    int successions = 0;
    for (std::uint64_t round = 0; round < 300; ++round) {
        std::uint64_t const seed = test::seed() + round;
        SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
        std::mt19937_64 random(seed);
        Simulation simulation(seed, 2 + round % 2, kRateMin, kRateMax);
        for (int change = 0; change < 20; ++change)
            simulation.run(random_weather(random), std::chrono::seconds(5 + random() % 40));
        // Stalls and requests of the storm take up to a minute to be over.
        simulation.run(kCalm, 90s);
        ASSERT_FALSE(simulation.overlapped());
        ASSERT_TRUE(simulation.leader().has_value());
        successions += simulation.successions();
    }
    EXPECT_GT(successions, 600) << "too quiet to show anything";
}

TEST(ElectorSimulation, AReleasedLeaseIsTakenOverWithinThreeSeconds) {
    for (std::uint64_t round = 0; round < 300; ++round) {
        std::uint64_t const seed = test::seed() + round;
        SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
        std::mt19937_64 random(seed);
        Simulation simulation(seed, 2 + round % 2, 1, 1);
        simulation.run(kNear, std::chrono::milliseconds(10'000 + random() % 10'000));
        auto const leader = simulation.leader();
        ASSERT_TRUE(leader.has_value());
        simulation.release(*leader);
        ASSERT_FALSE(simulation.leader().has_value());
        EXPECT_LE(simulation.until_led(), 3s);
        EXPECT_FALSE(simulation.overlapped());
    }
}

}  // namespace
}  // namespace holdfast::controller::kube
