// Goal: data planes end up with the good part of the newest table, whatever they refuse and however
// streams come and go. Method: a seeded walk over simulated data planes; HOLDFAST_SEED replays one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <random>

#include "common/model/delta.hpp"
#include "common/model/table_json.hpp"
#include "common/model/validate.hpp"
#include "controller/push/publisher.hpp"
#include "tests/support/tables.hpp"
#include "tests/unit/push_server/publisher_input.hpp"

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

TimePoint const kNow{1h};

/// A data plane that keeps to the protocol. It refuses routes whose generation is odd, which the
/// controller's validation lets pass.
class SimulatedDataplane {
public:
    void connect(Publisher& publisher, StreamId stream, std::mt19937_64& random) {
        stream_ = stream;
        inbox_.clear();
        bool const subscribe = random() % 4 != 0;
        publisher.connect(stream, hello(hash(), subscribe), kNow);
        subscribed_ = subscribe;
    }
    void disconnect(Publisher& publisher) {
        publisher.disconnect(*stream_, kNow);
        stream_.reset();
    }
    void subscribe(Publisher& publisher) {
        publisher.subscribe(*stream_, {hash()}, kNow);
        subscribed_ = true;
    }
    /// Moves what is due from the controller onto the wire. True when there was something.
    bool fetch(Publisher& publisher, TimePoint now) {
        auto const outgoing = publisher.next(*stream_, now);
        if (outgoing) {
            inbox_.push_back(**push::decode_to_dataplane(*outgoing->text));
        }
        return outgoing.has_value();
    }
    /// Takes one frame off the wire and answers it. True when there was one.
    bool answer(Publisher& publisher, TimePoint now) {
        if (inbox_.empty()) return false;
        push::ToDataplane const frame = inbox_.front();
        inbox_.erase(inbox_.begin());
        if (auto const* snapshot = std::get_if<push::Snapshot>(&frame)) {
            auto table = model::table_from_json(snapshot->table);
            decide(publisher, snapshot->nonce, snapshot->version.hash, std::move(table), now);
        } else if (auto const* delta = std::get_if<push::DeltaFrame>(&frame)) {
            EXPECT_EQ(delta->base, hash());
            decide(publisher, delta->nonce, delta->version.hash,
                   model::apply(*table_, delta->delta), now);
        } else if (auto const* same = std::get_if<push::Same>(&frame)) {
            EXPECT_EQ(same->hash, hash());
        }
        return true;
    }

    [[nodiscard]] bool connected() const { return stream_.has_value(); }
    [[nodiscard]] bool subscribed() const { return subscribed_; }
    [[nodiscard]] std::optional<model::Table> const& table() const { return table_; }

private:
    [[nodiscard]] std::string hash() const {
        return table_ ? model::content_hash(*table_) : std::string();
    }
    void decide(Publisher& publisher, std::uint64_t nonce, std::string const& expected,
                Checked<model::Table> table, TimePoint now) {
        ASSERT_TRUE(table.has_value());
        EXPECT_EQ(model::content_hash(*table), expected);
        EXPECT_THAT(model::validate(*table), IsEmpty());
        std::vector<Problem> problems;
        for (auto const& [key, route] : table->routes) {
            if (route->generation % 2 != 0) {
                problems.push_back({"Route " + key, "generation", "odd"});
            }
        }
        if (problems.empty()) {
            table_ = *std::move(table);
            publisher.acknowledge(*stream_, {nonce, hash()}, now);
        } else {
            publisher.refuse(*stream_, {nonce, hash(), problems}, now);
        }
    }

    std::optional<StreamId> stream_;
    bool subscribed_ = false;
    std::vector<push::ToDataplane> inbox_;
    std::optional<model::Table> table_;
};

/// One random edit. Some routes are refused by validation (no slash), some by the data planes (odd
/// generation); sometimes a backend moves, sometimes a route goes.
void edit(model::Table& table, std::mt19937_64& random) {
    std::string const key = "default/r" + std::to_string(random() % 4);
    switch (random() % 4) {
        case 0:
            table.routes.erase(key);
            break;
        case 1:
            table.backends["default/echo:80"] =
                test::backend(static_cast<std::uint16_t>(9000 + random() % 8));
            break;
        default: {
            auto route = std::make_shared<model::Route>(*test::route("/" + key.substr(8)));
            route->generation = static_cast<std::int64_t>(random() % 6);
            if (random() % 5 == 0) route->rules[0].matches[0].path.value = "no-slash";
            table.routes[key] = std::move(route);
        }
    }
}

bool is_good(model::Route const& route) {
    return route.generation % 2 == 0 && route.rules[0].matches[0].path.value != "no-slash";
}

/// What must be in force in the end: the wanted table, with an older good version, or nothing, in
/// the place of each bad route.
void expect_good_part(model::Table const& table, model::Table const& wanted) {
    model::Table expected = wanted;
    for (auto const& [key, route] : wanted.routes) {
        if (is_good(*route)) continue;
        expected.routes.erase(key);
        if (auto const found = table.routes.find(key); found != table.routes.end()) {
            EXPECT_TRUE(is_good(*found->second));
            expected.routes[key] = found->second;
        }
    }
    EXPECT_TRUE(model::equal(table, expected));
}

class Walk {
public:
    explicit Walk(std::uint64_t seed) : random_(seed) {}

    void step() {
        SimulatedDataplane& one = dataplanes_[random_() % dataplanes_.size()];
        switch (random_() % 8) {
            case 0:
                edit_and_publish();
                break;
            case 1:
                publisher_.publish({}, {}, now_);
                break;
            case 2:
                if (one.connected()) one.disconnect(publisher_);
                break;
            case 3:
                if (!one.connected()) one.connect(publisher_, ++last_stream_, random_);
                break;
            case 4:
                if (one.connected() && !one.subscribed()) one.subscribe(publisher_);
                break;
            case 5:
                if (random_() % 16 == 0) restart_controller();
                break;
            default:
                if (one.connected() && !one.fetch(publisher_, now_)) one.answer(publisher_, now_);
        }
    }
    void settle() {
        publisher_.publish(tables(wanted_), {}, now_);
        for (SimulatedDataplane& one : dataplanes_) {
            if (!one.connected()) one.connect(publisher_, ++last_stream_, random_);
            if (!one.subscribed()) one.subscribe(publisher_);
        }
        // Each round ends with at least one answer more; a table has few objects to refuse.
        for (bool moved = true; moved;) {
            moved = false;
            for (SimulatedDataplane& one : dataplanes_) {
                moved = one.fetch(publisher_, now_) || moved;
                moved = one.answer(publisher_, now_) || moved;
            }
            ASSERT_LT(++rounds_, 200);
        }
    }
    void expect_converged() const {
        for (SimulatedDataplane const& one : dataplanes_) {
            ASSERT_TRUE(one.table().has_value());
            expect_good_part(*one.table(), wanted_);
        }
        for (DataplaneStatus const& status : publisher_.fleet().dataplanes()) {
            EXPECT_EQ(status.state, DataplaneState::current);
        }
    }

private:
    void edit_and_publish() {
        edit(wanted_, random_);
        publisher_.publish(tables(wanted_), {}, now_);
    }
    void restart_controller() {
        publisher_ = Publisher();
        for (SimulatedDataplane& one : dataplanes_) {
            if (one.connected()) one.connect(publisher_, ++last_stream_, random_);
        }
    }

    std::mt19937_64 random_;
    TimePoint now_ = kNow;
    Publisher publisher_;
    model::Table wanted_ = test::table();
    std::vector<SimulatedDataplane> dataplanes_{3};
    StreamId last_stream_ = 0;
    int rounds_ = 0;
};

TEST(PublisherWalk, ConvergesToTheGoodPartOfTheNewestTableWhateverHappened) {
    char const* const replay = std::getenv("HOLDFAST_SEED");
    std::uint64_t const first = replay != nullptr ? std::strtoull(replay, nullptr, 10) : 1;
    std::uint64_t const last = replay != nullptr ? first : 300;
    for (std::uint64_t seed = first; seed <= last && !::testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
        Walk walk(seed);
        for (int i = 0; i < 120; ++i) {
            walk.step();
        }
        ASSERT_NO_FATAL_FAILURE(walk.settle());
        walk.expect_converged();
    }
}

}  // namespace
}  // namespace holdfast::controller
