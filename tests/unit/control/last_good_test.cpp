// Goal: what was saved is what is loaded, and nothing else ever is.
// Method: a folder of the test's own; files damaged byte by byte and cut at every length.
#include "dataplane/control/last_good.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "tests/support/tables.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/control/fake_target.hpp"

namespace holdfast::control {
namespace {

using test::snapshot;
using ::testing::HasSubstr;

class LastGoodTest : public ::testing::Test {
protected:
    [[nodiscard]] LastGood file(std::string gateway = test::kGateway) const {
        return {folder_.path(), std::move(gateway)};
    }
    [[nodiscard]] std::string content() const {
        std::ifstream stream(file().path());
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    void overwrite(std::string const& text) const { std::ofstream(file().path()) << text; }
    [[nodiscard]] std::string refusal() const {
        auto const loaded = file().load();
        return loaded ? "" : to_string(loaded.error());
    }

    test::TemporaryDirectory const folder_;
    push::Snapshot const table_ = snapshot(test::chat_table(), {{"gateways", 41}});
};

TEST_F(LastGoodTest, LoadsWhatWasSaved) {
    ASSERT_TRUE(file().save(table_).has_value());
    auto const loaded = file().load();
    ASSERT_TRUE(loaded.has_value());
    ASSERT_TRUE(loaded->has_value());
    EXPECT_EQ((*loaded)->version, table_.version);
    EXPECT_EQ((*loaded)->table, table_.table);
}

TEST_F(LastGoodTest, HasNothingWhereNothingWasSaved) {
    auto const loaded = file().load();
    ASSERT_TRUE(loaded.has_value());
    EXPECT_FALSE(loaded->has_value());
}

TEST_F(LastGoodTest, ReplacesWhatWasSavedBefore) {
    ASSERT_TRUE(file().save(snapshot(test::table())).has_value());
    ASSERT_TRUE(file().save(table_).has_value());
    EXPECT_EQ((*file().load())->version, table_.version);
}

TEST_F(LastGoodTest, IsReadableByItsOwnerOnlySinceItHoldsKeys) {
    ::umask(0);
    std::ofstream(file().path() + ".new") << "left by a process that died";
    ASSERT_TRUE(file().save(table_).has_value());
    struct stat status{};
    ASSERT_EQ(::stat(file().path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(LastGoodTest, RefusesTheTableOfAnotherGateway) {
    ASSERT_TRUE(file("default/other").save(table_).has_value());
    EXPECT_THAT(refusal(), HasSubstr("not of Gateway default/edge"));
}

TEST_F(LastGoodTest, RefusesAnotherFormat) {
    overwrite("holdfast-last-good/2 default/edge 00\n{}");
    EXPECT_THAT(refusal(), HasSubstr("not in the format"));
}

TEST_F(LastGoodTest, RefusesAFileWithAnyByteChanged) {
    ASSERT_TRUE(file().save(table_).has_value());
    std::string const good = content();
    for (std::size_t i = 0; i < good.size(); ++i) {
        SCOPED_TRACE(i);
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        overwrite(bad);
        EXPECT_NE(refusal(), "");
    }
}

TEST_F(LastGoodTest, RefusesAFileCutAtAnyLength) {
    ASSERT_TRUE(file().save(table_).has_value());
    std::string const good = content();
    for (std::size_t size = 0; size < good.size(); ++size) {
        SCOPED_TRACE(size);
        overwrite(good.substr(0, size));
        EXPECT_NE(refusal(), "");
    }
}

TEST_F(LastGoodTest, SaysWhichPathCannotBeWritten) {
    LastGood const nowhere(folder_ / "missing", test::kGateway);
    auto const saved = nowhere.save(table_);
    ASSERT_FALSE(saved.has_value());
    EXPECT_THAT(to_string(saved.error()), HasSubstr("/missing/last-good.json"));
    EXPECT_THAT(to_string(saved.error()), HasSubstr("No such file"));
}

}  // namespace
}  // namespace holdfast::control
