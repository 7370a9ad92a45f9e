// Goal: tokens and certificates rotate without a restart. Method: files in a directory of the
// test's own, times of the test's own.
#include "controller/kube/credentials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class Token : public testing::Test {
protected:
    Token() { write("one\n"); }
    void write(std::string const& text) { test::write_file(path_, text); }

    test::TemporaryDirectory directory_;
    std::filesystem::path path_ = directory_ / "token";
    TokenSource source_{TextOrFile{{}, path_}};
    TimePoint start_{1h};
};

TEST_F(Token, IsTheFilesContentWithoutSpaceAround) {
    write("  one\r\n");
    EXPECT_EQ(*source_.token(start_), "one");
}

TEST_F(Token, IsReadAgainTenSecondsBeforeItIsAMinuteOld) {
    ASSERT_EQ(*source_.token(start_), "one");
    write("two");
    EXPECT_EQ(*source_.token(start_ + 49s), "one");
    EXPECT_EQ(*source_.token(start_ + 50s), "two");
}

TEST_F(Token, StaysWhileItsFileCannotBeRead) {
    ASSERT_EQ(*source_.token(start_), "one");
    std::filesystem::remove(path_);
    EXPECT_EQ(*source_.token(start_ + 5min), "one");
    write("two");
    EXPECT_EQ(*source_.token(start_ + 5min), "two");
}

TEST_F(Token, StaysWhileItsFileIsEmpty) {
    ASSERT_EQ(*source_.token(start_), "one");
    write("\n");
    EXPECT_EQ(*source_.token(start_ + 5min), "one");
}

TEST_F(Token, IsReadAgainAfterItWasRefused) {
    ASSERT_EQ(*source_.token(start_), "one");
    write("two");
    source_.refused(start_ + 1s);
    EXPECT_EQ(*source_.token(start_ + 2s), "two");
}

TEST_F(Token, IsNotReadAgainForARequestThatHadTheOneBefore) {
    ASSERT_EQ(*source_.token(start_), "one");
    ASSERT_EQ(*source_.token(start_ + 1min), "one");
    write("two");
    source_.refused(start_ + 59s);
    EXPECT_EQ(*source_.token(start_ + 61s), "one");
}

TEST_F(Token, IsAFailureWhenThereNeverWasOne) {
    std::filesystem::remove(path_);
    EXPECT_THAT(to_string(source_.token(start_).error()), HasSubstr("No such file"));
    write(" ");
    EXPECT_THAT(to_string(source_.token(start_).error()), HasSubstr("holds no token"));
}

TEST(WrittenToken, IsWhatWasWritten) {
    EXPECT_EQ(*TokenSource({"fixed", {}}).token(TimePoint()), "fixed");
    EXPECT_EQ(*TokenSource({}).token(TimePoint()), "");
}

TEST(ReadTls, ReadsFilesAnewEachTime) {
    test::TemporaryDirectory const directory;
    Cluster cluster;
    cluster.ca.file = directory / "ca.crt";
    cluster.client_certificate.text = "written";
    test::write_file(cluster.ca.file, "one");
    EXPECT_EQ(read_tls(cluster)->ca, "one");
    test::replace_file(cluster.ca.file, "two");
    EXPECT_EQ(read_tls(cluster)->ca, "two");
    EXPECT_EQ(read_tls(cluster)->certificate, "written");
}

}  // namespace
}  // namespace holdfast::controller::kube
