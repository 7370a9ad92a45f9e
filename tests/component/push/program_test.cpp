// Goal: the program as an operator runs it: readiness, edits, signals, mistakes. Method: the real
// binary as a child process, its log read line by line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/base/address.hpp"
#include "tests/component/push/push_client.hpp"
#include "tests/support/raw_http.hpp"
#include "tests/support/temporary_directory.hpp"

namespace holdfast::controller {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::PushClient;
using ::testing::HasSubstr;

constexpr char const* kGatewayManifest = R"(
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {namespace: default, name: edge}
spec:
  gatewayClassName: holdfast
  listeners: [{name: ws, port: 8080, protocol: HTTP}]
)";

constexpr char const* kRouteManifest = R"(
apiVersion: holdfast.dev/v1alpha1
kind: WebSocketRoute
metadata: {namespace: default, name: chat}
spec:
  parentRefs: [{name: edge}]
  rules: [{backendRefs: [{name: chat, port: 80}]}]
)";

/// A running holdfast-controller.
class Program {
public:
    explicit Program(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), HOLDFAST_CONTROLLER);
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) return;
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(ends[1], STDERR_FILENO);
            ::close(ends[0]);
            std::vector<char*> argv;
            for (std::string& argument : arguments)
                argv.push_back(argument.data());
            argv.push_back(nullptr);
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
        ::close(ends[1]);
        log_ = ::fdopen(ends[0], "r");
    }
    ~Program() {
        if (!exit_code_) ::kill(pid_, SIGKILL);
        (void)wait_for_exit();
        std::fclose(log_);
    }
    Program(Program const&) = delete;
    Program& operator=(Program const&) = delete;

    void signal(int number) const { ::kill(pid_, number); }
    /// Reads the log until a line with this message; null when the log ended before.
    [[nodiscard]] boost::json::value wait_for(std::string_view message) {
        std::array<char, 8192> line{};
        while (std::fgets(line.data(), line.size(), log_) != nullptr) {
            boost::system::error_code error;
            auto entry = boost::json::parse(line.data(), error);
            if (!error && entry.at("message").as_string() == message) return entry;
        }
        return nullptr;
    }
    /// 128 plus the signal for a program that one has killed.
    [[nodiscard]] int wait_for_exit() {
        if (!exit_code_) {
            int status = 0;
            ::waitpid(pid_, &status, 0);
            exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        return *exit_code_;
    }

private:
    pid_t pid_ = -1;
    std::FILE* log_ = nullptr;
    std::optional<int> exit_code_;
};

class ProgramTest : public ::testing::Test {
protected:
    void SetUp() override {
        fs::create_directory(directory_ / "manifests");
        write("gateway.yaml", kGatewayManifest);
        write("route.yaml", kRouteManifest);
    }

    void write(std::string const& name, std::string const& text) {
        std::ofstream(directory_ / name) << text;
        fs::rename(directory_ / name, directory_ / "manifests" / name);
    }
    [[nodiscard]] std::vector<std::string> arguments(std::string const& status = "127.0.0.1:0") {
        return {"--manifests",     (directory_ / "manifests").string(),
                "--push-socket",   socket(),
                "--status-listen", status};
    }
    [[nodiscard]] std::string socket() const { return (directory_ / "push.sock").string(); }
    /// Where the status port is, once everything is loaded.
    [[nodiscard]] static Address ready(Program& program) {
        auto const line = program.wait_for("listening");
        auto const address = parse_address(std::string_view(line.at("address").as_string()));
        EXPECT_FALSE(program.wait_for("source loaded").is_null());
        auto const deadline = std::chrono::steady_clock::now() + PushClient::kPatience;
        while (test::http_request(*address, "GET", "/readyz").status != 200 &&
               std::chrono::steady_clock::now() < deadline) {
            std::this_thread::yield();
        }
        return *address;
    }
    [[nodiscard]] std::unique_ptr<PushClient> dataplane() const {
        auto client = PushClient::over_unix(socket());
        push::Hello hello;
        hello.features = {"delta"};
        hello.node = "node-1";
        hello.gateway = "default/edge";
        hello.subscribe = true;
        client->send(hello);
        return client;
    }

    test::TemporaryDirectory const directory_;
};

TEST_F(ProgramTest, PushesManifestsAndTheirEdits) {
    Program program(arguments());
    Address const status = ready(program);
    auto const client = dataplane();
    auto const snapshot = client->expect<push::Snapshot>();
    client->send(push::Ack{snapshot.nonce, snapshot.version.hash});
    EXPECT_TRUE(snapshot.table.at("routes").as_object().contains("default/chat"));

    fs::remove(directory_ / "manifests" / "route.yaml");
    auto const delta = client->expect<push::DeltaFrame>();
    EXPECT_EQ(boost::json::serialize(delta.delta.removes), R"({"routes":["default/chat"]})");
    EXPECT_THAT(test::http_request(status, "GET", "/metrics").body,
                HasSubstr("holdfast_controller_push_total{frame=\"delta\"} 1\n"));
}

TEST_F(ProgramTest, SendsNothingAfterARestartOverTheSameManifests) {
    std::string hash;
    {
        Program first(arguments());
        (void)ready(first);
        hash = dataplane()->expect<push::Snapshot>().version.hash;
        first.signal(SIGTERM);
        EXPECT_EQ(first.wait_for_exit(), 0);
    }
    Program second(arguments());
    (void)ready(second);
    auto const client = PushClient::over_unix(socket());
    push::Hello hello;
    hello.gateway = "default/edge";
    hello.subscribe = true;
    hello.have = hash;
    client->send(hello);
    EXPECT_EQ(client->expect<push::Same>().hash, hash);
}

TEST_F(ProgramTest, LetsItsDataPlanesGoAndEndsInTimeOnSigterm) {
    Program program(arguments());
    (void)ready(program);
    auto const client = dataplane();
    (void)client->expect<push::Snapshot>();
    auto const start = std::chrono::steady_clock::now();
    program.signal(SIGTERM);
    (void)client->expect<push::GoAway>();
    EXPECT_EQ(client->wait_for_close(), 1001);
    EXPECT_EQ(program.wait_for_exit(), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
    EXPECT_FALSE(fs::exists(socket()));
}

TEST_F(ProgramTest, EndsInTimeOnSigintEvenWhenADataPlaneDoesNotAnswer) {
    Program program(arguments());
    (void)ready(program);
    auto const silent = dataplane();
    auto const start = std::chrono::steady_clock::now();
    program.signal(SIGINT);
    EXPECT_EQ(program.wait_for_exit(), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

TEST_F(ProgramTest, IgnoresSighup) {
    Program program(arguments());
    Address const status = ready(program);
    program.signal(SIGHUP);
    EXPECT_EQ(test::http_request(status, "GET", "/livez").status, 200u);
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait_for_exit(), 0);
}

TEST_F(ProgramTest, EndsWithAnErrorWhenThePortIsTaken) {
    Program first(arguments());
    Address const status = ready(first);
    Program second(arguments(to_string(status)));
    auto const line = second.wait_for("cannot start");
    ASSERT_TRUE(line.is_object());
    EXPECT_THAT(std::string(line.at("error").as_string()), HasSubstr(to_string(status)));
    EXPECT_EQ(second.wait_for_exit(), 1);
}

}  // namespace
}  // namespace holdfast::controller
