// Goal: a pod finds its cluster. Method: an environment and a directory of the test's own.
#include "controller/kube/cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/support/temporary_directory.hpp"

namespace holdfast::controller::kube {
namespace {

using testing::HasSubstr;

class InCluster : public testing::Test {
protected:
    void SetUp() override {
        test::write_file(directory_ / "token", "t0ken");
        test::write_file(directory_ / "ca.crt", "PEM");
    }
    [[nodiscard]] Outcome<Cluster> find() const {
        return in_cluster(
            [this](char const* name) {
                auto const found = variables_.find(name);
                return found == variables_.end() ? nullptr : found->second.c_str();
            },
            directory_.path());
    }

    test::TemporaryDirectory directory_;
    std::map<std::string, std::string> variables_{{"KUBERNETES_SERVICE_HOST", "10.0.0.1"},
                                                  {"KUBERNETES_SERVICE_PORT", "443"}};
};

TEST_F(InCluster, FindsTheServerInTheEnvironment) {
    EXPECT_EQ(find()->server, "https://10.0.0.1:443");
}

TEST_F(InCluster, SetsAnIpv6AddressInBrackets) {
    variables_["KUBERNETES_SERVICE_HOST"] = "fd00::1";
    EXPECT_EQ(find()->server, "https://[fd00::1]:443");
}

TEST_F(InCluster, TakesTokenAndCaFromTheServiceAccount) {
    EXPECT_EQ(find()->token.file, directory_ / "token");
    EXPECT_EQ(find()->ca.file, directory_ / "ca.crt");
}

TEST_F(InCluster, SaysWhichVariableIsMissing) {
    variables_.erase("KUBERNETES_SERVICE_PORT");
    EXPECT_EQ(find().error().detail, "not in a pod: KUBERNETES_SERVICE_PORT is not set");
}

TEST_F(InCluster, SaysWhichFileIsMissing) {
    std::filesystem::remove(directory_ / "token");
    EXPECT_THAT(to_string(find().error()), HasSubstr("/token (No such file or directory)"));
}

TEST_F(InCluster, RefusesADirectoryInPlaceOfAFile) {
    std::filesystem::remove(directory_ / "token");
    std::filesystem::create_directory(directory_ / "token");
    EXPECT_THAT(to_string(find().error()), HasSubstr("/token (Is a directory)"));
}

}  // namespace
}  // namespace holdfast::controller::kube
