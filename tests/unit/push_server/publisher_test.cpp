// Goal: from the tables that are wanted to the ones that data planes end up with, whatever they
// refuse and however streams come and go. Method: single steps for the notices, then a seeded walk
// over simulated data planes; HOLDFAST_SEED replays one.
#include "controller/push/publisher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <random>

#include "common/base/limits.hpp"
#include "common/model/delta.hpp"
#include "common/model/table_json.hpp"
#include "common/model/validate.hpp"
#include "tests/support/tables.hpp"

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;
using test::kGateway;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TimePoint const kNow{1h};

using Tables = std::map<std::string, model::Table>;

Tables tables(model::Table table) {
    Tables result;
    std::string const gateway = table.gateway;
    result.emplace(gateway, std::move(table));
    return result;
}

std::vector<std::string> messages(std::vector<Notice> const& notices) {
    std::vector<std::string> result;
    for (Notice const& notice : notices) {
        result.push_back(notice.message);
    }
    return result;
}

push::Hello hello(std::string have, bool subscribe = true) {
    push::Hello frame;
    frame.features = {"delta"};
    frame.node = "node";
    frame.gateway = kGateway;
    frame.subscribe = subscribe;
    frame.have = std::move(have);
    return frame;
}

/// The frame that is due on a stream; fails the test when there is none.
push::Snapshot due_snapshot(Publisher& publisher, StreamId stream) {
    auto const outgoing = publisher.next(stream, kNow);
    if (!outgoing) {
        ADD_FAILURE() << "nothing to send";
        return {};
    }
    auto const frame = push::decode_to_dataplane(*outgoing->text);
    return std::get<push::Snapshot>(**frame);
}

TEST(Publisher, OffersTheHashAndTheSourcesOfATable) {
    Publisher publisher;
    EXPECT_THAT(publisher.publish(tables(test::chat_table()), {{"services", 4}}, kNow), IsEmpty());
    ASSERT_THAT(publisher.offers(), SizeIs(1));
    EXPECT_EQ(publisher.offers()[0].version.hash, model::content_hash(test::chat_table()));
    EXPECT_EQ(publisher.offers()[0].version.sources.at("services"), 4u);
}

TEST(Publisher, KeepsTheTableOfAGatewayThatIsGoneAndSaysSoOnce) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    EXPECT_THAT(messages(publisher.publish({}, {}, kNow)),
                ElementsAre("gateway is gone, its last table stays in force"));
    EXPECT_THAT(publisher.publish({}, {}, kNow), IsEmpty());
    EXPECT_TRUE(publisher.offers()[0].gone);
    publisher.connect(1, hello(""), kNow);
    EXPECT_EQ(due_snapshot(publisher, 1).version.hash, model::content_hash(test::chat_table()));
}

TEST(Publisher, TakesTheNewTableOfAGatewayThatIsBack) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    publisher.publish({}, {}, kNow);
    EXPECT_THAT(messages(publisher.publish(tables(test::table()), {}, kNow)),
                ElementsAre("gateway is back"));
    EXPECT_FALSE(publisher.offers()[0].gone);
    EXPECT_EQ(publisher.offers()[0].version.hash, model::content_hash(test::table()));
}

TEST(Publisher, TellsOnceOfAnObjectThatIsNotValid) {
    model::Table wanted = test::chat_table();
    wanted.routes["default/talk"] = test::route("no-slash");
    Publisher publisher;
    auto const notices = publisher.publish(tables(wanted), {}, kNow);
    ASSERT_THAT(messages(notices), ElementsAre("object quarantined"));
    EXPECT_EQ(notices[0].object, "Route default/talk");
    EXPECT_THAT(publisher.publish(tables(wanted), {}, kNow), IsEmpty());
    wanted.routes["default/talk"] = test::route("/talk");
    EXPECT_THAT(messages(publisher.publish(tables(wanted), {}, kNow)),
                ElementsAre("object released from quarantine"));
}

TEST(Publisher, HoldsATableThatStaysInvalidAndKeepsTheLast) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    // Its key is good, so that it replaces the first; the table itself names no Gateway.
    model::Table bad = test::table();
    bad.gateway = "nonsense";
    Tables wanted;
    wanted.emplace(kGateway, bad);
    EXPECT_THAT(messages(publisher.publish(wanted, {}, kNow)),
                ElementsAre("table is not valid, the last one stays"));
    EXPECT_THAT(publisher.publish(wanted, {}, kNow), IsEmpty());
    EXPECT_THAT(publisher.offers()[0].held, SizeIs(1));
    EXPECT_EQ(publisher.offers()[0].version.hash, model::content_hash(test::chat_table()));
}

TEST(Publisher, PushesTheRestWhenADataPlaneRefusesAnObject) {
    model::Table wanted = test::chat_table();
    wanted.routes["default/talk"] = test::route("/talk");
    Publisher publisher;
    publisher.publish(tables(wanted), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    auto const first = due_snapshot(publisher, 1);
    auto const notices =
        publisher.refuse(1, {first.nonce, "", {{"Route default/talk", "rules[0]", "no"}}}, kNow);
    EXPECT_THAT(messages(notices), ElementsAre("object quarantined"));
    EXPECT_EQ(due_snapshot(publisher, 1).version.hash, model::content_hash(test::chat_table()));
}

TEST(Publisher, OffersATableAgainLaterWhenTheRefusalNamesNoObject) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    auto const first = due_snapshot(publisher, 1);
    EXPECT_THAT(messages(publisher.refuse(1, {first.nonce, "", {{"", "", "no memory"}}}, kNow)),
                ElementsAre("table refused, offered again later"));
    EXPECT_FALSE(publisher.next(1, kNow));
    EXPECT_TRUE(publisher.next(1, kNow + limits::stale_source_wait));
}

TEST(Publisher, LeavesAloneADataPlaneThatRefusesWhatAnotherServes) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    publisher.connect(2, hello(""), kNow);
    auto const healthy = due_snapshot(publisher, 1);
    publisher.acknowledge(1, {healthy.nonce, healthy.version.hash}, kNow);
    auto const broken = due_snapshot(publisher, 2);
    std::vector<Problem> const problems{{"Listener ws", "port", "in use"}};
    EXPECT_THAT(messages(publisher.refuse(2, {broken.nonce, "", problems}, kNow)),
                ElementsAre("table refused, offered again later"));
    EXPECT_THAT(publisher.offers()[0].quarantine, IsEmpty());
    EXPECT_FALSE(publisher.next(1, kNow));
    auto const status = publisher.fleet().dataplanes();
    EXPECT_EQ(status.at(0).state, DataplaneState::current);
    EXPECT_EQ(status.at(1).state, DataplaneState::refused);
    EXPECT_TRUE(publisher.next(2, kNow + limits::stale_source_wait));
}

TEST(Publisher, TakesAnObjectBackWhenTheOtherDataPlaneAnswersOnlyAfterTheRefusal) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    publisher.connect(2, hello(""), kNow);
    auto const slow = due_snapshot(publisher, 1);
    auto const broken = due_snapshot(publisher, 2);
    publisher.refuse(2, {broken.nonce, "", {{"Route default/chat", "", "no"}}}, kNow);
    EXPECT_THAT(messages(publisher.acknowledge(1, {slow.nonce, slow.version.hash}, kNow)),
                ElementsAre("object released from quarantine"));
    EXPECT_FALSE(publisher.next(1, kNow));
    EXPECT_EQ(publisher.fleet().dataplanes().at(0).state, DataplaneState::current);
}

TEST(Publisher, OffersAnObjectAgainOnceTheDataPlaneThatRefusedItIsGone) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    publisher.connect(2, hello("", false), kNow);
    auto const first = due_snapshot(publisher, 1);
    publisher.refuse(1, {first.nonce, "", {{"Route default/chat", "", "no"}}}, kNow);
    EXPECT_THAT(messages(publisher.disconnect(1, kNow)),
                ElementsAre("object released from quarantine"));
    publisher.subscribe(2, {""}, kNow);
    EXPECT_EQ(due_snapshot(publisher, 2).version.hash, model::content_hash(test::chat_table()));
}

TEST(Publisher, TellsOfADataPlaneThatReadsAnotherTable) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    auto const first = due_snapshot(publisher, 1);
    EXPECT_THAT(messages(publisher.acknowledge(1, {first.nonce, "another"}, kNow)),
                ElementsAre("data plane reads another table than was sent"));
}

TEST(Publisher, SaysNothingOfALateRefusal) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    publisher.connect(1, hello(""), kNow);
    EXPECT_THAT(publisher.refuse(1, {99, "", {{"Route default/chat", "", "no"}}}, kNow), IsEmpty());
    EXPECT_THAT(publisher.offers()[0].quarantine, IsEmpty());
}

TEST(Publisher, KeepsTheLastGoodVersionOfWhatADataPlaneRefuses) {
    Publisher publisher;
    publisher.publish(tables(test::chat_table()), {}, kNow);
    std::string const good = model::content_hash(test::chat_table());
    publisher.connect(1, hello(good), kNow);
    (void)publisher.next(1, kNow);
    model::Table wanted = test::chat_table();
    wanted.routes["default/chat"] = test::route("/next");
    publisher.publish(tables(wanted), {}, kNow);
    auto const frame = push::decode_to_dataplane(*publisher.next(1, kNow)->text);
    auto const delta = std::get<push::DeltaFrame>(**frame);
    std::vector<Problem> const problems{{"Route default/chat", "rules[0]", "no"}};
    EXPECT_THAT(messages(publisher.refuse(1, {delta.nonce, good, problems}, kNow)),
                ElementsAre("object quarantined, its last good version stays"));
    // So that nothing moves, and no session ends.
    EXPECT_EQ(publisher.offers()[0].version.hash, good);
    EXPECT_FALSE(publisher.next(1, kNow));
    EXPECT_EQ(publisher.fleet().dataplanes().at(0).state, DataplaneState::current);
}

// --- the walk ----------------------------------------------------------------------------------

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
