// Goal: kubeconfigs mean what they mean to kubectl, and what we do not do is refused by name.
// Method: files in a directory of the test's own.
#include "controller/kube/kubeconfig.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace holdfast::controller::kube {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr auto kContext = R"(current-context: dev
contexts: [{name: dev, context: {cluster: here, user: me}}]
)";
constexpr auto kCluster = R"(clusters: [{name: here, cluster: {server: "https://127.0.0.1:6443"}}]
)";
constexpr auto kUser = R"(users: [{name: me, user: {token: secret}}]
)";

class Kubeconfig : public testing::Test {
protected:
    std::string write(std::string const& name, std::string const& text) {
        test::write_file(directory_ / name, text);
        return (directory_ / name).string();
    }
    Outcome<Cluster> read(std::string const& text) {
        return read_kubeconfig(write("config", text));
    }
    /// Of a config whose user or cluster has these fields.
    Outcome<Cluster> read_user(std::string const& fields) {
        return read(std::string(kContext) + kCluster + "users: [{name: me, user: {" + fields +
                    "}}]");
    }
    Outcome<Cluster> read_cluster(std::string const& fields) {
        return read(std::string(kContext) + kUser + "clusters: [{name: here, cluster: {" + fields +
                    "}}]");
    }
    /// Without the file's path.
    std::string complaint(Outcome<Cluster> const& result) {
        std::string const path = (directory_ / "config: ").string();
        EXPECT_THAT(result.error().detail, StartsWith(path));
        return result.error().detail.substr(path.size());
    }

    test::TemporaryDirectory directory_;
};

TEST_F(Kubeconfig, GivesClusterAndUserOfTheCurrentContext) {
    auto const cluster = read(std::string(kContext) + kCluster + kUser);
    EXPECT_EQ(cluster->server, "https://127.0.0.1:6443");
    EXPECT_EQ(cluster->token.text, "secret");
}

TEST_F(Kubeconfig, MergesFiles) {
    std::string const paths =
        write("a", kContext) + ":" + write("b", std::string(kCluster) + kUser);
    EXPECT_EQ(read_kubeconfig(paths)->token.text, "secret");
}

TEST_F(Kubeconfig, KeepsTheFirstFilesEntryWhole) {
    std::string const first = write("a", "users: [{name: me, user: {tokenFile: /first}}]");
    std::string const second = write("b", std::string(kContext) + kCluster + kUser);
    auto const cluster = read_kubeconfig(first + ":" + second);
    EXPECT_EQ(cluster->token, (TextOrFile{"", "/first"}));
}

TEST_F(Kubeconfig, LeavesOutFilesThatDoNotExist) {
    std::string const paths = (directory_ / "none").string() +
                              "::" + write("a", std::string(kContext) + kCluster + kUser);
    EXPECT_TRUE(read_kubeconfig(paths).has_value());
}

TEST_F(Kubeconfig, SaysThatThereIsNone) {
    EXPECT_THAT(read_kubeconfig("/nonexistent/config").error().detail, StartsWith("no kubeconfig"));
}

TEST_F(Kubeconfig, SaysWhatIsNotYaml) {
    EXPECT_THAT(read("current-context: [").error().detail, HasSubstr("config:1: "));
}

TEST_F(Kubeconfig, TakesPathsRelativeToTheirFile) {
    auto const cluster = read_user("client-certificate: my.crt, client-key: /abs/my.key");
    EXPECT_EQ(cluster->client_certificate.file, directory_ / "my.crt");
    EXPECT_EQ(cluster->client_key.file, "/abs/my.key");
}

TEST_F(Kubeconfig, DecodesDataAndPrefersItToAFile) {
    auto const cluster = read_cluster(
        "server: 'https://x', certificate-authority: ca.crt, certificate-authority-data: UEVN");
    EXPECT_EQ(cluster->ca, (TextOrFile{"PEM", {}}));
}

TEST_F(Kubeconfig, KnowsTheServerName) {
    EXPECT_EQ(read_cluster("server: 'https://x', tls-server-name: kubernetes")->server_name,
              "kubernetes");
}

TEST_F(Kubeconfig, SkipsVerificationOnlyWhenToldTo) {
    EXPECT_TRUE(read_cluster("server: 'https://x', insecure-skip-tls-verify: true")
                    ->insecure_skip_tls_verify);
    EXPECT_FALSE(read_cluster("server: 'https://x'")->insecure_skip_tls_verify);
}

TEST_F(Kubeconfig, PrefersATokenFileToAToken) {
    EXPECT_EQ(read_user("token: secret, tokenFile: token")->token,
              (TextOrFile{"", directory_ / "token"}));
}

TEST_F(Kubeconfig, NeedsNoUser) {
    auto const cluster = read(std::string("current-context: dev\n"
                                          "contexts: [{name: dev, context: {cluster: here}}]\n") +
                              kCluster);
    EXPECT_FALSE(cluster->token.given());
}

TEST_F(Kubeconfig, RefusesWhatItDoesNotDoByName) {
    EXPECT_EQ(complaint(read_user("exec: {command: aws}")),
              "users[me].user.exec: is not supported");
    EXPECT_EQ(complaint(read_user("auth-provider: {name: gcp}")),
              "users[me].user.auth-provider: is not supported");
    EXPECT_EQ(complaint(read_user("token: t, as: root")), "users[me].user.as: is not supported");
    EXPECT_EQ(complaint(read_cluster("server: 'https://x', proxy-url: 'http://p'")),
              "clusters[here].cluster.proxy-url: is not supported");
}

TEST_F(Kubeconfig, NamesTheFieldThatIsWrong) {
    EXPECT_EQ(complaint(read_cluster("server: 127.0.0.1:6443")),
              "clusters[here].cluster.server: must be a URL that begins with https://");
    EXPECT_EQ(complaint(read_cluster("server: 'https://x', certificate-authority-data: '!'")),
              "clusters[here].cluster.certificate-authority-data: is not base64");
    EXPECT_EQ(complaint(read_user("token: 12345")),
              "users[me].user.token: must be a string, and is an integer");
    EXPECT_EQ(complaint(read_user("client-certificate: my.crt")),
              "users[me].user.client-key: is missing: certificate and key go together");
}

TEST_F(Kubeconfig, RefusesAPasswordInTheServersUrlWithoutRepeatingIt) {
    constexpr auto kRefusal = "clusters[here].cluster.server: must not hold a user or a password";
    EXPECT_EQ(complaint(read_cluster("server: 'https://me:secret@x:6443/k8s'")), kRefusal);
    EXPECT_EQ(complaint(read_cluster("server: 'http://me@x'")), kRefusal);
    EXPECT_TRUE(read_cluster("server: 'https://x/clusters/me@here'").has_value());
}

TEST_F(Kubeconfig, NamesWhatIsMissing) {
    EXPECT_EQ(complaint(read(kCluster)), "current-context: is not set");
    EXPECT_EQ(complaint(read("current-context: dev\n")), "contexts: has no \"dev\"");
    EXPECT_EQ(complaint(read(kContext)), "clusters: has no \"here\"");
    EXPECT_EQ(complaint(read(std::string(kContext) + kCluster)), "users: has no \"me\"");
}

}  // namespace
}  // namespace holdfast::controller::kube
