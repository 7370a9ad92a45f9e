// Goal: what /status, /readyz and /metrics tell of. Method: a publisher in a known state, the
// endpoints called as the HTTP server calls them.
#include "controller/status/endpoints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "controller/status/programmed.hpp"
#include "controller/status/statuses.hpp"
#include "tests/support/tables.hpp"

namespace holdfast::controller {
namespace {

using namespace std::chrono_literals;
using test::kGateway;
using ::testing::HasSubstr;

TimePoint const kNow{1h};
/// Data planes that wanted to come back have come back by then.
TimePoint const kHeard = kNow + Fleet::kReturn;

RouteParentStatus parent(bool accepted = true, bool resolved = true) {
    RouteParentStatus status;
    status.parent_ref.name_space = "default";
    status.parent_ref.name = "edge";
    status.conditions = {{"Accepted", accepted, accepted ? "Accepted" : "NoMatchingParent", "", 7},
                         {"ResolvedRefs", resolved, "ResolvedRefs", "", 7}};
    return status;
}

/// A Gateway with one listener, both programmed as far as translate can tell.
GatewayStatus gateway_status() {
    Condition const programmed{"Programmed", true, "Programmed", "", 3};
    return {{programmed}, {{"ws", {}, 1, {programmed}}}};
}

/// What stands at a place of a JSON text: a string itself, anything else as it is written.
std::string at(std::string const& text, std::string_view pointer) {
    boost::json::value const root = boost::json::parse(text);
    boost::system::error_code error;
    boost::json::value const* const value = root.find_pointer(pointer, error);
    if (value == nullptr) {
        return "nothing";
    }
    return value->is_string() ? std::string(value->as_string()) : boost::json::serialize(*value);
}

class StatusTest : public ::testing::Test {
protected:
    void SetUp() override {
        translation_.tables.emplace(kGateway, test::chat_table());
        translation_.routes["default/chat"] = {parent()};
        publisher_.publish(translation_.tables, {}, kNow);
    }
    /// A data plane with the newest table.
    void connect(StreamId stream = 1) {
        push::Hello hello;
        hello.node = "node-1";
        hello.gateway = kGateway;
        hello.have = publisher_.fleet().newest(kGateway)->version.hash;
        hello.subscribe = true;
        publisher_.connect(stream, hello, kNow);
    }
    /// Refuses an object of the newest table, by a data plane that has none.
    void refuse(std::string const& object = "Route default/chat") {
        push::Hello hello;
        hello.gateway = kGateway;
        hello.subscribe = true;
        publisher_.connect(9, hello, kNow);
        auto const sent = publisher_.next(9, kNow);
        auto const frame = push::decode_to_dataplane(*sent->text);
        auto const nonce = std::get<push::Snapshot>(**frame).nonce;
        publisher_.refuse(9, {nonce, "", {{object, "rules[0]", "no"}}}, kNow);
    }
    [[nodiscard]] StatusView view() const {
        return {.publisher = publisher_,
                .translation = translation_,
                .source = source_,
                .pushed = pushed_,
                .source_synced = synced_,
                .held = held_,
                .built = synced_,
                .now = now_,
                .gateway_addresses = addresses_,
                .leader = leader_,
                .peer = [](StreamId) { return std::string("127.0.0.1:5"); },
                .push_certificate_ends = push_certificate_ends_};
    }
    [[nodiscard]] admin::Response get(std::string const& path) {
        for (admin::Endpoint const& one : status_endpoints([this] { return view(); }, metrics_)) {
            if (one.path == path) {
                return one.handler({.method = "GET", .path = path, .query = "verbose"});
            }
        }
        return {.status = 404, .body = {}};
    }
    [[nodiscard]] Condition programmed(RouteParentStatus const& of) const {
        return programmed_condition(publisher_, "default/chat", of, now_);
    }

    Publisher publisher_;
    TimePoint now_ = kHeard;
    Translation translation_;
    SourceReport source_;
    PushTotals pushed_;
    bool synced_ = true;
    bool held_ = false;
    Metrics metrics_;
    std::vector<std::string> addresses_;
    std::optional<LeaderReport> leader_;
    std::optional<WallClock::time_point> push_certificate_ends_;
};

TEST_F(StatusTest, IsWantedOfTheObjectsThatWereTranslated) {
    Gateway gateway;
    gateway.meta.uid = "u-gateway";
    WebSocketRoute route;
    route.meta.uid = "u-route";
    Snapshot snapshot;
    snapshot.gateways[kGateway] = std::make_shared<Gateway>(gateway);
    snapshot.routes["default/chat"] = std::make_shared<WebSocketRoute>(route);
    translation_.gateways[kGateway] = gateway_status();
    Statuses const told = statuses(view());
    WantedStatuses const wanted = wanted_statuses(told, snapshot);
    EXPECT_EQ(wanted.size(), 2u);
    EXPECT_EQ(wanted.at({Gateway::kKind, kGateway}).uid, "u-gateway");
    ObjectId const id{WebSocketRoute::kKind, "default/chat"};
    EXPECT_EQ(wanted.at(id), (WantedStatus{told.at(id), "u-route"}));
}

TEST_F(StatusTest, ReportsARouteAsPendingWithoutDataPlanes) {
    Condition const condition = programmed(parent());
    EXPECT_FALSE(condition.status);
    EXPECT_EQ(condition.reason, "Pending");
    EXPECT_EQ(condition.observed_generation, 7);
}

TEST_F(StatusTest, ReportsARouteAsProgrammedOnceItServes) {
    connect();
    Condition const condition = programmed(parent());
    EXPECT_TRUE(condition.status);
    EXPECT_EQ(condition.reason, "Programmed");
    EXPECT_EQ(condition.message, "All data planes have this route in force.");
}

TEST_F(StatusTest, ReportsARefusedRouteWithWhatWasRefused) {
    refuse();
    Condition const condition = programmed(parent());
    EXPECT_FALSE(condition.status);
    EXPECT_EQ(condition.reason, "Rejected");
    EXPECT_EQ(condition.message, "Route default/chat rules[0]: no");
}

TEST_F(StatusTest, ReportsARouteAsRejectedWhoseBackendIsRefused) {
    refuse("Backend default/echo:80");
    Condition const condition = programmed(parent());
    EXPECT_EQ(condition.reason, "Rejected");
    EXPECT_EQ(condition.message, "Backend default/echo:80 rules[0]: no");
}

TEST_F(StatusTest, ReportsAListenerAndItsGatewayAsNotProgrammedWhenItIsRefused) {
    translation_.gateways[kGateway] = gateway_status();
    connect();
    EXPECT_EQ(at(get("/status").body, "/gateways/0/listeners/0/conditions/0/status"), "True");
    refuse("Listener ws");
    std::string const status = get("/status").body;
    std::string const listener = "/gateways/0/listeners/0/conditions/0";
    std::string const gateway = "/gateways/0/conditions/0";
    EXPECT_EQ(at(status, listener + "/status"), "True") << "another data plane serves it";
    publisher_.disconnect(1, kNow);
    std::string const alone = get("/status").body;
    EXPECT_EQ(at(alone, listener + "/status"), "False");
    EXPECT_EQ(at(alone, listener + "/reason"), "Invalid");
    EXPECT_EQ(at(alone, listener + "/message"), "Listener ws rules[0]: no");
    EXPECT_EQ(at(alone, gateway + "/status"), "False");
    EXPECT_EQ(at(alone, gateway + "/observedGeneration"), "3");
}

TEST_F(StatusTest, ReportsAGatewayAsPendingWhoseTableIsHeldBack) {
    translation_.gateways[kGateway] = gateway_status();
    model::Table many = test::chat_table();
    for (char name = 'a'; name < 'k'; ++name) {
        many.routes[std::string("default/") + name] = test::route(std::string("/") + name);
    }
    Publisher young{kNow};
    young.publish({{kGateway, many}}, {}, kNow);
    young.publish(translation_.tables, {}, kNow);
    GatewayStatus const status =
        gateway_as_served(young, kGateway, translation_.gateways[kGateway], kNow);
    EXPECT_FALSE(status.conditions[0].status);
    EXPECT_EQ(status.conditions[0].reason, "Pending");
    EXPECT_THAT(status.conditions[0].message, HasSubstr("held back"));
    EXPECT_EQ(status.listeners[0].conditions[0].reason, "Pending");
}

TEST_F(StatusTest, ReportsARouteAsPendingWhoseNewestStateIsHeldBack) {
    model::Table many = test::chat_table();
    for (char name = 'a'; name < 'k'; ++name) {
        many.routes[std::string("default/") + name] = test::route(std::string("/") + name);
    }
    model::Table few = test::chat_table();
    few.routes["default/chat"] = test::route("/talk");
    publisher_ = Publisher{kNow};
    publisher_.publish({{kGateway, many}}, {}, kNow);
    connect();
    publisher_.publish({{kGateway, few}}, {}, kNow);
    EXPECT_EQ(programmed(parent()).reason, "Pending");
    EXPECT_THAT(programmed(parent()).message, HasSubstr("held back"));
    publisher_.publish(translation_.tables, {}, kNow);
    EXPECT_TRUE(programmed(parent()).status) << "the route is as the data plane has it";
}

TEST_F(StatusTest, DoesNotKnowAfterAStartWhatDataPlanesHaveThatAreOnTheirWayBack) {
    now_ = kHeard - 1ms;
    translation_.gateways[kGateway] = gateway_status();
    Condition const condition = programmed(parent());
    EXPECT_TRUE(condition.unknown);
    EXPECT_EQ(condition.reason, "Pending");
    std::string const status = get("/status").body;
    EXPECT_EQ(at(status, "/gateways/0/conditions/0/status"), "Unknown");
    EXPECT_EQ(at(status, "/gateways/0/listeners/0/conditions/0/status"), "Unknown");
    EXPECT_EQ(at(status, "/routes/0/parents/0/conditions/2/status"), "Unknown");
}

TEST_F(StatusTest, ReportsAGatewayAsPendingWithoutDataPlanes) {
    translation_.gateways[kGateway] = gateway_status();
    std::string const status = get("/status").body;
    EXPECT_EQ(at(status, "/gateways/0/conditions/0/status"), "False");
    EXPECT_EQ(at(status, "/gateways/0/conditions/0/reason"), "Pending");
    EXPECT_EQ(at(status, "/gateways/0/listeners/0/conditions/0/reason"), "Pending");
}

TEST_F(StatusTest, TellsThatAGatewayHasNoAddressAnyMore) {
    translation_.gateways[kGateway] = gateway_status();
    addresses_ = {"192.0.2.1"};
    EXPECT_EQ(at(get("/status").body, "/gateways/0/addresses/0/value"), "192.0.2.1");
    addresses_.clear();
    EXPECT_EQ(at(get("/status").body, "/gateways/0/addresses"), "[]");
}

TEST_F(StatusTest, DoesNotReportARouteAsProgrammedThatItsParentDoesNotAccept) {
    connect();
    EXPECT_EQ(programmed(parent(false)).reason, "NotAccepted");
}

TEST_F(StatusTest, TellsHowRoutesStand) {
    auto const health = [&](std::vector<RouteParentStatus> const& parents) {
        return to_string(route_health(publisher_, "default/chat", parents));
    };
    EXPECT_EQ(health({parent()}), "valid");
    EXPECT_EQ(health({parent(true, false)}), "partial");
    EXPECT_EQ(health({parent(false)}), "invalid");
    EXPECT_EQ(health({parent(false), parent()}), "valid");
    EXPECT_EQ(health({}), "invalid");
    refuse();
    EXPECT_EQ(health({parent()}), "rejected");
}

TEST_F(StatusTest, IsReadyOnceTheSourceIsLoadedAndATableIsBuilt) {
    EXPECT_EQ(get("/readyz").status, 200u);
    EXPECT_EQ(get("/healthz").status, 200u);
    synced_ = false;
    EXPECT_EQ(get("/readyz").status, 500u);
    EXPECT_THAT(get("/readyz").body,
                HasSubstr("[-]source failed\n[+]manifests ok\n[-]build failed"));
    EXPECT_EQ(get("/livez").status, 200u);
}

TEST_F(StatusTest, IsNotReadyWhileTablesWaitForBrokenManifests) {
    held_ = true;
    source_.never_good = 2;
    EXPECT_EQ(get("/readyz").status, 500u);
    EXPECT_THAT(get("/readyz").body, HasSubstr("[-]manifests failed"));
    EXPECT_EQ(at(get("/status").body, "/source/held"), "true");
    EXPECT_EQ(at(get("/status").body, "/source/neverGood"), "2");
}

TEST_F(StatusTest, ShowsRoutesGatewaysDataPlanesAndTheSource) {
    connect();
    source_.problems = {{"a/chat.yaml",
                         {12, 5},
                         {"WebSocketRoute default/chat", "spec.rules", "must not be empty"}}};
    std::string const status = get("/status").body;
    EXPECT_EQ(at(status, "/routes/0/name"), "default/chat");
    EXPECT_EQ(at(status, "/routes/0/parents/0/conditions/2/type"), "Programmed");
    EXPECT_EQ(at(status, "/routes/0/parents/0/conditions/2/status"), "True");
    EXPECT_EQ(at(status, "/gateways/0/name"), kGateway);
    EXPECT_EQ(at(status, "/gateways/0/table/hash"), model::content_hash(test::chat_table()));
    EXPECT_EQ(at(status, "/dataplanes/0/node"), "node-1");
    EXPECT_EQ(at(status, "/dataplanes/0/state"), "current");
    EXPECT_EQ(at(status, "/dataplanes/0/peer"), "127.0.0.1:5");
    EXPECT_EQ(at(status, "/source/problems/0/file"), "a/chat.yaml");
    EXPECT_EQ(at(status, "/source/problems/0/line"), "12");
    EXPECT_EQ(at(status, "/source/problems/0/field"), "spec.rules");
}

TEST_F(StatusTest, TellsWhatLeadsToNoGatewayOfOurs) {
    translation_.orphans = {
        {"WebSocketRoute default/lost", "spec.parentRefs[0]", "names Gateway default/egde"}};
    translation_.orphaned_routes_count = 1;
    std::string const status = get("/status").body;
    EXPECT_EQ(at(status, "/orphans/0/object"), "WebSocketRoute default/lost");
    EXPECT_EQ(at(status, "/orphans/0/field"), "spec.parentRefs[0]");
    EXPECT_THAT(get("/metrics").body,
                HasSubstr("holdfast_controller_routes{status=\"orphaned\"} 1"));
}

TEST_F(StatusTest, ShowsWhoLeadsAndWhyNobodyDoes) {
    EXPECT_EQ(at(get("/status").body, "/leader"), "null") << "a directory has no leader";
    leader_ =
        LeaderReport{.lease = "system/holdfast", .holder = "other", .writes = {}, .events = {}};
    EXPECT_EQ(at(get("/status").body, "/leader/holder"), "other");
    EXPECT_EQ(at(get("/status").body, "/leader/trouble"), "nothing");
    leader_->trouble = "403: leases";
    leader_->trouble_since = now_ - 90s;
    EXPECT_EQ(at(get("/status").body, "/leader/trouble"), "403: leases");
    EXPECT_EQ(at(get("/status").body, "/leader/troubleSeconds"), "90");
}

TEST_F(StatusTest, ShowsWhatIsKeptFromTheDataPlanes) {
    refuse();
    std::string const status = get("/status").body;
    EXPECT_EQ(at(status, "/gateways/0/table/quarantine/0/object"), "Route default/chat");
    EXPECT_EQ(at(status, "/gateways/0/table/quarantine/0/foundBy"), "dataplane");
    EXPECT_EQ(at(status, "/gateways/0/table/quarantine/0/problems/0/message"), "no");
}

TEST_F(StatusTest, ShowsAGatewayThatIsGone) {
    publisher_.publish({}, {}, kNow);
    translation_ = {};
    std::string const status = get("/status").body;
    EXPECT_EQ(at(status, "/gateways/0/name"), kGateway);
    EXPECT_EQ(at(status, "/gateways/0/table/gone"), "true");
}

TEST_F(StatusTest, CountsInMetrics) {
    connect();
    pushed_.frames = {1, 2, 3};
    pushed_.bytes = 4096;
    pushed_.nacks = 4;
    source_.problems.resize(5);
    metrics_.rebuilt(3ms);
    std::string const text = get("/metrics").body;
    EXPECT_THAT(text, HasSubstr("holdfast_controller_rebuild_total 1\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_controller_rebuild_duration_seconds_count 1\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_controller_routes{status=\"valid\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_controller_routes{status=\"invalid\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_controller_dataplanes{state=\"current\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_controller_push_total{frame=\"same\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_controller_push_total{frame=\"delta\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_controller_push_bytes_total 4096\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_controller_push_nacks_total 4\n"));
    EXPECT_THAT(text, HasSubstr("holdfast_controller_source_problems 5\n"));
}

TEST_F(StatusTest, TellsWhenThePushCertificateEnds) {
    std::string const metric = "holdfast_controller_push_certificate_expiry_timestamp_seconds ";
    EXPECT_THAT(get("/metrics").body, HasSubstr(metric + "+Inf\n")) << "a Unix socket needs none";
    push_certificate_ends_ = WallClock::from_time_t(1'900'000'000);
    EXPECT_THAT(get("/metrics").body, HasSubstr(metric + "1900000000\n"));
}

TEST_F(StatusTest, DoesNotCountTwiceWhatWasCountedBeforeTheLastScrape) {
    pushed_.nacks = 4;
    (void)get("/metrics");
    EXPECT_THAT(get("/metrics").body, HasSubstr("holdfast_controller_push_nacks_total 4\n"));
    pushed_.nacks = 6;
    EXPECT_THAT(get("/metrics").body, HasSubstr("holdfast_controller_push_nacks_total 6\n"));
}

}  // namespace
}  // namespace holdfast::controller
