// Goal: a directory of manifests is followed as people and programs really change one, and nothing
// is taken away that is only unreadable for a while.
// Method: a real directory and a real watch; every expectation is a condition with a deadline.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

#include "controller/source/directory.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/source/manifests.hpp"

namespace holdfast::controller {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::replace_file;
using test::TemporaryDirectory;
using test::write_file;
using testing::HasSubstr;

std::string name_space(std::string const& name, std::string const& label = "x") {
    return "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + ", labels: {l: " + label +
           "}}\n---\n";
}

/// Follows a source as the store does, and waits for what it should come to.
class Follower {
public:
    explicit Follower(fs::path const& directory, SettlingTimes settling = {.quiet = 20ms,
                                                                           .longest = 200ms,
                                                                           .open_file = 10s,
                                                                           .returned = 200ms})
        : source_({.path = directory.string(), .settling = settling, .blind_look_interval = 20ms}) {
        source_.start(
            {.changed = [this](Changes changes) { take(std::move(changes)); },
             .synced = [this] { note([this] { synced_after_ = report_.loads_total; }); },
             .reported = [this](SourceReport const& report) { note([&] { report_ = report; }); }});
    }
    ~Follower() { source_.stop(); }

    /// `name=label` of every object, once they are `expected`.
    [[nodiscard]] testing::AssertionResult comes_to(
        std::map<std::string, std::string> const& expected) {
        bool const reached = wait([&] { return objects_ == expected; });
        std::lock_guard const lock(mutex_);
        if (reached) return testing::AssertionSuccess();
        return testing::AssertionFailure() << "instead: " << testing::PrintToString(objects_);
    }
    [[nodiscard]] bool reports(std::string const& text) {
        return wait([&] {
            return std::ranges::any_of(report_.problems, [&](SourceProblem const& problem) {
                return to_string(problem).find(text) != std::string::npos;
            });
        });
    }
    [[nodiscard]] bool reports_nothing() {
        return wait([&] { return report_.loads_total > 0 && report_.problems.empty(); });
    }
    [[nodiscard]] bool is_synced() {
        return wait([&] { return synced_after_.has_value(); });
    }
    /// Looks that were reported before the source was synced; nothing before it is.
    [[nodiscard]] std::optional<std::uint64_t> synced_after() {
        std::lock_guard const lock(mutex_);
        return synced_after_;
    }
    [[nodiscard]] std::map<std::string, std::string> objects() {
        std::lock_guard const lock(mutex_);
        return objects_;
    }
    [[nodiscard]] int removes_seen() {
        std::lock_guard const lock(mutex_);
        return removes_;
    }
    void stop() { source_.stop(); }

private:
    template <class Condition>
    bool wait(Condition condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 10s, condition);
    }
    template <class Change>
    void note(Change change) {
        std::lock_guard const lock(mutex_);
        change();
        changed_.notify_all();
    }
    void take(Changes changes) {
        note([&] {
            for (Object const& object : changes.upserts) {
                ObjectMeta const& meta = std::get<std::shared_ptr<Namespace const>>(object)->meta;
                objects_[meta.name] = meta.labels.at("l");
            }
            for (ObjectId const& id : changes.removes)
                objects_.erase(id.key);
            removes_ += static_cast<int>(changes.removes.size());
        });
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::string> objects_;
    SourceReport report_;
    std::optional<std::uint64_t> synced_after_;
    int removes_ = 0;
    DirectorySource source_;
};

TEST(DirectorySource, DeliversWhatIsThereAndIsSynced) {
    TemporaryDirectory const root;
    fs::create_directory(root.path() / "team");
    write_file(root.path() / "a.yaml", name_space("one"));
    write_file(root.path() / "team/b.yml", name_space("two"));
    Follower follower(root.path());
    EXPECT_TRUE(follower.is_synced());
    EXPECT_TRUE(follower.comes_to({{"one", "x"}, {"two", "x"}}));
}

TEST(DirectorySource, ReportsWhatIsBrokenBeforeItIsSynced) {
    TemporaryDirectory const root;
    write_file(root.path() / "a.yaml", "kind: [");
    Follower follower(root.path());
    ASSERT_TRUE(follower.is_synced());
    EXPECT_EQ(follower.synced_after(), 1U);
}

TEST(DirectorySource, IsSyncedByAnEmptyDirectory) {
    TemporaryDirectory const root;
    Follower follower(root.path());
    EXPECT_TRUE(follower.is_synced());
    EXPECT_TRUE(follower.reports_nothing());
}

TEST(DirectorySource, FollowsFilesThatComeChangeAndGo) {
    TemporaryDirectory const root;
    Follower follower(root.path());
    ASSERT_TRUE(follower.is_synced());
    write_file(root.path() / "a.yaml", name_space("one"));
    EXPECT_TRUE(follower.comes_to({{"one", "x"}}));
    write_file(root.path() / "a.yaml", name_space("one", "w"));
    EXPECT_TRUE(follower.comes_to({{"one", "w"}}));
    fs::remove(root.path() / "a.yaml");
    EXPECT_TRUE(follower.comes_to({}));
}

TEST(DirectorySource, FollowsAFileReplacedByRename) {
    TemporaryDirectory const root;
    write_file(root.path() / "a.yaml", name_space("one"));
    Follower follower(root.path());
    ASSERT_TRUE(follower.comes_to({{"one", "x"}}));
    replace_file(root.path() / "a.yaml", name_space("one", "w"));
    EXPECT_TRUE(follower.comes_to({{"one", "w"}}));
}

TEST(DirectorySource, FollowsFoldersThatCome) {
    TemporaryDirectory const root;
    Follower follower(root.path());
    ASSERT_TRUE(follower.is_synced());
    fs::create_directories(root.path() / "new/deep");
    write_file(root.path() / "new/deep/a.yaml", name_space("one"));
    EXPECT_TRUE(follower.comes_to({{"one", "x"}}));
    write_file(root.path() / "new/deep/a.yaml", name_space("one", "w"));
    EXPECT_TRUE(follower.comes_to({{"one", "w"}}));
}

TEST(DirectorySource, KeepsAndReportsABrokenFileUntilItIsWellAgain) {
    TemporaryDirectory const root;
    write_file(root.path() / "a.yaml", name_space("one"));
    Follower follower(root.path());
    ASSERT_TRUE(follower.comes_to({{"one", "x"}}));
    write_file(root.path() / "a.yaml", "kind: [");
    EXPECT_TRUE(follower.reports("a.yaml:1:"));
    EXPECT_TRUE(follower.comes_to({{"one", "x"}}));
    write_file(root.path() / "a.yaml", name_space("one", "w"));
    EXPECT_TRUE(follower.comes_to({{"one", "w"}}));
    EXPECT_TRUE(follower.reports_nothing());
    EXPECT_EQ(follower.removes_seen(), 0);
}

TEST(DirectorySource, HoldsBackAFileUntilItsWriterClosesIt) {
    TemporaryDirectory const root;
    write_file(root.path() / "a.yaml", name_space("one") + name_space("two"));
    Follower follower(root.path());
    ASSERT_TRUE(follower.comes_to({{"one", "x"}, {"two", "x"}}));
    std::ofstream writer(root.path() / "a.yaml", std::ios::binary);  // Empties the file.
    writer << name_space("one", "w") << std::flush;
    // Another file shows that the source looked in the meantime.
    write_file(root.path() / "b.yaml", name_space("three"));
    EXPECT_TRUE(follower.comes_to({{"one", "x"}, {"two", "x"}, {"three", "x"}}));
    writer << name_space("two", "w");
    writer.close();
    EXPECT_TRUE(follower.comes_to({{"one", "w"}, {"two", "w"}, {"three", "x"}}));
    EXPECT_EQ(follower.removes_seen(), 0);
}

TEST(DirectorySource, ReadsAFileWhoseWriterNeverClosesIt) {
    TemporaryDirectory const root;
    Follower follower(root.path(),
                      {.quiet = 20ms, .longest = 200ms, .open_file = 200ms, .returned = 200ms});
    ASSERT_TRUE(follower.is_synced());
    std::ofstream writer(root.path() / "a.yaml", std::ios::binary);
    writer << name_space("one") << std::flush;
    EXPECT_TRUE(follower.comes_to({{"one", "x"}}));
}

TEST(DirectorySource, FollowsAConfigMapMountThroughItsSwap) {
    TemporaryDirectory const root;
    fs::create_directory(root.path() / "..first");
    write_file(root.path() / "..first/a.yaml", name_space("one"));
    fs::create_symlink("..first", root.path() / "..data");
    fs::create_symlink("..data/a.yaml", root.path() / "a.yaml");
    Follower follower(root.path());
    ASSERT_TRUE(follower.comes_to({{"one", "x"}}));
    fs::create_directory(root.path() / "..second");
    write_file(root.path() / "..second/a.yaml", name_space("one", "w"));
    fs::create_symlink("..second", root.path() / "..data_tmp");
    fs::rename(root.path() / "..data_tmp", root.path() / "..data");
    EXPECT_TRUE(follower.comes_to({{"one", "w"}}));
    EXPECT_TRUE(follower.reports_nothing());
    EXPECT_EQ(follower.removes_seen(), 0);
}

TEST(DirectorySource, FollowsAChangeBehindALink) {
    TemporaryDirectory const root;
    TemporaryDirectory const elsewhere;
    write_file(elsewhere.path() / "real", name_space("one"));
    fs::create_symlink(elsewhere.path() / "real", root.path() / "a.yaml");
    Follower follower(root.path());
    ASSERT_TRUE(follower.comes_to({{"one", "x"}}));
    write_file(elsewhere.path() / "real", name_space("one", "w"));
    EXPECT_TRUE(follower.comes_to({{"one", "w"}}));
}

TEST(DirectorySource, KeepsTheObjectsBehindALinkThatLeadsNowhere) {
    TemporaryDirectory const root;
    write_file(root.path() / "real", name_space("one"));
    fs::create_symlink("real", root.path() / "a.yaml");
    Follower follower(root.path());
    ASSERT_TRUE(follower.comes_to({{"one", "x"}}));
    fs::remove(root.path() / "real");
    EXPECT_TRUE(follower.reports("a.yaml: cannot be read"));
    EXPECT_TRUE(follower.comes_to({{"one", "x"}}));
}

TEST(DirectorySource, KeepsEverythingWhileTheDirectoryIsGoneAndFollowsItsReturn) {
    TemporaryDirectory const parent;
    fs::path const root = parent.path() / "manifests";
    fs::create_directory(root);
    write_file(root / "a.yaml", name_space("one"));
    Follower follower(root);
    ASSERT_TRUE(follower.comes_to({{"one", "x"}}));
    fs::rename(root, parent.path() / "aside");
    EXPECT_TRUE(follower.reports("manifests cannot be listed"));
    EXPECT_TRUE(follower.comes_to({{"one", "x"}}));
    fs::create_directory(root);
    write_file(root / "b.yaml", name_space("two"));
    EXPECT_TRUE(follower.comes_to({{"two", "x"}}));
    EXPECT_TRUE(follower.reports_nothing());
}

TEST(DirectorySource, TakesNothingAwayWhileADirectoryIsBeingFilledAgain) {
    TemporaryDirectory const parent;
    fs::path const root = parent.path() / "manifests";
    fs::create_directory(root);
    write_file(root / "a.yaml", name_space("one"));
    write_file(root / "b.yaml", name_space("two"));
    Follower follower(root, {.quiet = 20ms, .longest = 40ms, .open_file = 10s, .returned = 5s});
    ASSERT_TRUE(follower.comes_to({{"one", "x"}, {"two", "x"}}));
    fs::rename(root, parent.path() / "aside");
    ASSERT_TRUE(follower.reports("cannot be listed"));
    fs::create_directory(root);
    write_file(root / "a.yaml", name_space("one", "w"));
    write_file(root / "b.yaml", name_space("two", "w"));
    EXPECT_TRUE(follower.comes_to({{"one", "w"}, {"two", "w"}}));
    EXPECT_EQ(follower.removes_seen(), 0);
}

TEST(DirectorySource, WaitsForADirectoryThatIsNotThereYet) {
    TemporaryDirectory const parent;
    fs::path const root = parent.path() / "manifests";
    Follower follower(root);
    ASSERT_TRUE(follower.reports("manifests cannot be listed"));
    EXPECT_EQ(follower.synced_after(), std::nullopt);
    fs::create_directory(root);
    write_file(root / "a.yaml", name_space("one"));
    EXPECT_TRUE(follower.comes_to({{"one", "x"}}));
    EXPECT_TRUE(follower.is_synced());
}

TEST(DirectorySource, FollowsADirectoryThatIsALinkThroughItsSwap) {
    TemporaryDirectory const parent;
    for (char const* version : {"v1", "v2"}) {
        fs::create_directory(parent.path() / version);
        write_file(parent.path() / version / "a.yaml", name_space("one", version));
    }
    fs::create_directory_symlink("v1", parent.path() / "manifests");
    Follower follower(parent.path() / "manifests");
    ASSERT_TRUE(follower.comes_to({{"one", "v1"}}));
    fs::create_directory_symlink("v2", parent.path() / "next");
    fs::rename(parent.path() / "next", parent.path() / "manifests");
    EXPECT_TRUE(follower.comes_to({{"one", "v2"}}));
    EXPECT_EQ(follower.removes_seen(), 0);
}

TEST(DirectorySource, FollowsTheSwapOfALinkThatARelativePathNames) {
    TemporaryDirectory const parent;
    for (char const* version : {"v1", "v2"}) {
        fs::create_directory(parent.path() / version);
        write_file(parent.path() / version / "a.yaml", name_space("one", version));
    }
    fs::create_directory_symlink("v1", parent.path() / "manifests");
    fs::path const before = fs::current_path();
    fs::current_path(parent.path());
    Follower follower("manifests");
    fs::current_path(before);
    ASSERT_TRUE(follower.comes_to({{"one", "v1"}}));
    fs::create_directory_symlink("v2", parent.path() / "next");
    fs::rename(parent.path() / "next", parent.path() / "manifests");
    EXPECT_TRUE(follower.comes_to({{"one", "v2"}}));
}

TEST(FileWatch, IsCompleteBesideALinkThatLeadsNowhere) {
    TemporaryDirectory const root;
    fs::create_symlink("nowhere", root.path() / "a.yaml");
    FileWatch watch(root.path());
    (void)watch.follow(list_manifests(root.path()));
    EXPECT_TRUE(watch.complete());
}

TEST(DirectorySource, LetsTheFirstFileByPathWin) {
    TemporaryDirectory const root;
    write_file(root.path() / "b.yaml", name_space("one", "b"));
    write_file(root.path() / "a.yaml", name_space("one", "a"));
    Follower follower(root.path());
    EXPECT_TRUE(follower.comes_to({{"one", "a"}}));
    EXPECT_TRUE(follower.reports("a.yaml has it already"));
}

TEST(DirectorySource, IgnoresTemporaryFilesOfEditors) {
    TemporaryDirectory const root;
    Follower follower(root.path());
    ASSERT_TRUE(follower.is_synced());
    write_file(root.path() / ".a.yaml.swp", "kind: [");
    write_file(root.path() / "a.yaml~", "kind: [");
    write_file(root.path() / ".#a.yaml", "kind: [");
    write_file(root.path() / "a.yaml", name_space("one"));
    EXPECT_TRUE(follower.comes_to({{"one", "x"}}));
    EXPECT_TRUE(follower.reports_nothing());
}

TEST(DirectorySource, CallsNobodyOnceStopped) {
    TemporaryDirectory const root;
    write_file(root.path() / "a.yaml", name_space("one"));
    Follower follower(root.path());
    ASSERT_TRUE(follower.comes_to({{"one", "x"}}));
    follower.stop();
    write_file(root.path() / "b.yaml", name_space("two"));
    follower.stop();  // A second stop does nothing.
    EXPECT_EQ(follower.objects(), (std::map<std::string, std::string>{{"one", "x"}}));
}

}  // namespace
}  // namespace holdfast::controller
