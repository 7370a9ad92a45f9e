// Goal: what holds for any objects. Method: many small random worlds; the seed is printed, and
// HOLDFAST_SEED repeats a run.
#include <boost/json/serialize.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/model/table_json.hpp"
#include "common/model/validate.hpp"
#include "controller/translate/status_json.hpp"
#include "controller/translate/translate.hpp"
#include "tests/golden/cases.hpp"
#include "tests/support/seed.hpp"
#include "tests/unit/translate/random_objects.hpp"

namespace holdfast::controller {
namespace {

constexpr std::size_t kWorlds = 400;

using Random = std::mt19937_64;

Translation translate_objects(std::vector<Object> objects) {
    return translate(*test::snapshot_of(std::move(objects)));
}

std::string bytes_of_tables(Translation const& translation) {
    std::string bytes;
    for (auto const& [key, table] : translation.tables) {
        bytes += key + boost::json::serialize(model::to_json(table)) + '\n';
    }
    return bytes;
}

std::string bytes_of(Translation const& translation) {
    std::string bytes = bytes_of_tables(translation);
    for (auto const& [key, status] : translation.gateways) {
        bytes += key + boost::json::serialize(to_json(status)) + '\n';
    }
    for (auto const& [key, parents] : translation.routes) {
        bytes += key + boost::json::serialize(to_json(parents)) + '\n';
    }
    return bytes;
}

/// Runs `check` on many worlds, each with a generator of its own.
void for_each_world(void (*check)(std::vector<Object> const& objects, Random& random)) {
    std::uint64_t const seed = test::seed();
    for (std::size_t world = 0; world < kWorlds; ++world) {
        SCOPED_TRACE("seed " + std::to_string(seed) + ", world " + std::to_string(world));
        Random random(seed + world);
        check(test::random_objects(random), random);
        if (testing::Test::HasFailure()) {
            return;
        }
    }
}

// The others prove nothing where no object meets another.
TEST(TranslateProperties, WorldsHoldRoutesAndEndpoints) {
    static std::size_t routes_count = 0;
    static std::size_t endpoints_count = 0;
    for_each_world([](auto const& objects, Random&) {
        for (auto const& [key, table] : translate_objects(objects).tables) {
            routes_count += table.routes.size();
            for (auto const& [name, backend] : table.backends) {
                endpoints_count += backend->endpoints.size();
            }
        }
    });
    EXPECT_GT(routes_count, kWorlds / 4);
    EXPECT_GT(endpoints_count, kWorlds / 4);
}

TEST(TranslateProperties, EveryTableIsValid) {
    for_each_world([](auto const& objects, Random&) {
        for (auto const& [key, table] : translate_objects(objects).tables) {
            EXPECT_THAT(model::validate(table), testing::IsEmpty()) << key;
        }
    });
}

TEST(TranslateProperties, TheOrderOfArrivalChangesNoByte) {
    for_each_world([](auto const& objects, Random& random) {
        auto shuffled = objects;
        std::ranges::shuffle(shuffled, random);

        EXPECT_EQ(bytes_of(translate_objects(shuffled)), bytes_of(translate_objects(objects)));
    });
}

TEST(TranslateProperties, OrderWithoutMeaningChangesNoTable) {
    for_each_world([](auto const& objects, Random& random) {
        EXPECT_EQ(bytes_of_tables(translate_objects(test::reordered(objects, random))),
                  bytes_of_tables(translate_objects(objects)));
    });
}

TEST(TranslateProperties, UnrelatedObjectsChangeNoByte) {
    for_each_world([](auto const& objects, Random&) {
        auto more = objects;
        std::ranges::move(test::unrelated_objects(), std::back_inserter(more));

        EXPECT_EQ(bytes_of(translate_objects(more)), bytes_of(translate_objects(objects)));
    });
}

TEST(TranslateProperties, RemovingARouteChangesNoOtherRoute) {
    for_each_world([](auto const& objects, Random& random) {
        auto fewer = objects;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(random() % fewer.size()));
        Object const& removed = *std::ranges::mismatch(objects, fewer, equal).in1;
        if (!std::holds_alternative<std::shared_ptr<WebSocketRoute const>>(removed)) {
            return;
        }
        auto const before = translate_objects(objects);
        auto after = translate_objects(fewer);

        std::string const key = id_of(removed).key;
        for (auto const& [route, parents] : before.routes) {
            if (route != key) {
                EXPECT_EQ(after.routes.at(route), parents);
            }
        }
        for (auto const& [gateway, table] : before.tables) {
            for (auto const& [route, entry] : table.routes) {
                if (route != key) {
                    EXPECT_EQ(*after.tables.at(gateway).routes.at(route), *entry);
                }
            }
            EXPECT_FALSE(after.tables.at(gateway).routes.contains(key));
        }
    });
}

}  // namespace
}  // namespace holdfast::controller
