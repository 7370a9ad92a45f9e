// Goal: the log tells of every trouble with the API once when it begins, and of its end only when
// it has ended. Method: reports of watches that stand as the test says.
#include "controller/kube/source_report.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/limits.hpp"

namespace holdfast::controller::kube {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

Collection const kRoutes{.kind = "WebSocketRoute",
                         .api_version = {},
                         .plural = "websocketroutes",
                         .name_space = {},
                         .name = {}};
Collection const kServices{
    .kind = "Service", .api_version = {}, .plural = "services", .name_space = {}, .name = {}};

/// The problems that are reported when so many routes cannot be read, and perhaps no Service.
std::vector<SourceProblem> problems(std::size_t broken_routes,
                                    std::optional<Trouble> services = std::nullopt) {
    std::vector<Problem> unreadable;
    for (std::size_t i = 0; i < broken_routes; ++i) {
        unreadable.push_back({"WebSocketRoute a/" + std::to_string(i), "spec", "is wrong"});
    }
    WatchState routes;
    routes.unreadable = std::make_shared<std::vector<Problem> const>(std::move(unreadable));
    WatchState other;
    other.trouble = std::move(services);
    return report_of({{&kServices, other}, {&kRoutes, routes}}, {}, 0).problems;
}

Trouble const kUnreachable{Trouble::Kind::unreachable, "nobody answers"};

TEST(SourceReport, TellsOfATroubleWhenItBegins) {
    auto const changed = difference(problems(1), problems(1, kUnreachable));
    EXPECT_THAT(changed.began, ElementsAre(Field(&Problem::object, "services")));
    EXPECT_THAT(changed.mended, IsEmpty());
}

TEST(SourceReport, TellsOfATroubleWhenItHasEnded) {
    auto const changed = difference(problems(2, kUnreachable), problems(1));
    EXPECT_THAT(changed.began, IsEmpty());
    EXPECT_THAT(changed.mended, ElementsAre("WebSocketRoute a/1", "services"));
}

TEST(SourceReport, DoesNotCallMendedWhatOnlyFindsNoPlaceInTheReport) {
    constexpr std::size_t kMany = limits::source_problems_max;
    auto const changed = difference(problems(kMany), problems(kMany, kUnreachable));
    EXPECT_THAT(changed.mended, IsEmpty());
}

TEST(SourceReport, CallsOnlyObjectsMendedWhenAllFindAPlaceAgain) {
    constexpr std::size_t kMany = limits::source_problems_max;
    auto const changed = difference(problems(kMany, kUnreachable), problems(kMany));
    EXPECT_THAT(changed.mended, ElementsAre("services"));
}

}  // namespace
}  // namespace holdfast::controller::kube
