// Goal: what an API server does, and what becomes of a connection to it, reaches the caller as an
// answer or as a Failure that says what happened. Method: a scripted server on a real socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

#include "common/base/clock.hpp"
#include "common/base/limits.hpp"
#include "controller/kube/cpprest_transport.hpp"
#include "tests/support/fake_api_server.hpp"
#include "tests/support/temporary_directory.hpp"

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;
using test::ApiConnection;
using test::ApiRequest;
using test::Gate;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kPath = "/api/v1/namespaces";

Request get(std::string target = std::string(kPath)) {
    Request request;
    request.target = std::move(target);
    request.silence_timeout = 10s;
    return request;
}

Cluster at(std::string url) {
    Cluster cluster;
    cluster.server = std::move(url);
    return cluster;
}

class TransportTest : public testing::Test {
protected:
    void answer(test::FakeApiServer::Script script) { server_.on("", std::move(script)); }
    Outcome<Answer> call(Request const& request) { return transport_->call(request, {}); }
    /// The pieces of a stream, joined.
    Outcome<std::string> stream(Request const& request, std::stop_token stop = {}) {
        std::string all;
        auto const result = transport_->stream(
            request, [&all](std::string_view bytes) { all += bytes; }, std::move(stop));
        if (!result) return result.error();
        EXPECT_EQ(result->body, "");
        return all;
    }

    test::FakeApiServer server_;
    Cluster cluster_ = at(server_.url());
    std::unique_ptr<Transport> transport_ = cpprest_transport(cluster_);
};

TEST_F(TransportTest, GivesStatusAndBody) {
    answer([](ApiConnection& client, ApiRequest const&) { client.answer(200, R"({"items":[]})"); });
    auto const answer = call(get());
    ASSERT_TRUE(answer.has_value()) << to_string(answer.error());
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, R"({"items":[]})");
}

TEST_F(TransportTest, SendsMethodTargetBodyAndWhoItIs) {
    answer([](ApiConnection& client, ApiRequest const&) { client.answer(200, "{}"); });
    Request request =
        get("/apis/holdfast.dev/v1alpha1/namespaces/a/websocketroutes/b/status"
            "?fieldManager=x&fieldSelector=type%3Dkubernetes.io%2Ftls&continue=a%2Bb%3D");
    request.method = Method::patch;
    request.body = R"({"status":{}})";
    request.content_type = "application/merge-patch+json";
    ASSERT_TRUE(call(request).has_value());
    ApiRequest const seen = server_.requests().front();
    EXPECT_EQ(seen.method, "PATCH");
    EXPECT_EQ(seen.target, request.target);
    EXPECT_EQ(seen.body, request.body);
    EXPECT_EQ(seen.field("Content-Type"), "application/merge-patch+json");
    EXPECT_EQ(seen.field("Accept"), "application/json");
    EXPECT_THAT(seen.field("User-Agent"), StartsWith("holdfast-controller/"));
    EXPECT_EQ(seen.field("Host"), "127.0.0.1:" + std::to_string(server_.port()));
    EXPECT_EQ(seen.field("Authorization"), "");
}

TEST_F(TransportTest, TakesARefusalForAnAnswer) {
    answer([](ApiConnection& client, ApiRequest const&) { client.answer(403, "forbidden"); });
    for (auto const& answer : {call(get()), transport_->stream(get(), [](auto) { FAIL(); }, {})}) {
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->status, 403);
        EXPECT_EQ(answer->body, "forbidden");
    }
}

TEST_F(TransportTest, KnowsHowLongToWait) {
    server_.once("", [](ApiConnection& client, ApiRequest const&) {
        client.answer(429, "", "retry-after: 7\r\n");
    });
    server_.once("", [](ApiConnection& client, ApiRequest const&) {
        client.answer(503, "", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n");
    });
    EXPECT_EQ(call(get())->retry_after, 7s);
    EXPECT_EQ(call(get())->retry_after, std::nullopt);
}

TEST_F(TransportTest, FollowsNobodyToAnotherServer) {
    answer([](ApiConnection& client, ApiRequest const&) {
        client.answer(302, "", "Location: http://127.0.0.1:1/\r\n");
    });
    EXPECT_EQ(call(get())->status, 302);
}

TEST_F(TransportTest, ReachesAnIpv6Address) {
    answer([](ApiConnection& client, ApiRequest const&) { client.answer(200, "{}"); });
    std::string const authority = "[::ffff:127.0.0.1]:" + std::to_string(server_.port());
    auto const result = cpprest_transport(at("http://" + authority))->call(get(), {});
    ASSERT_TRUE(result.has_value()) << to_string(result.error());
    EXPECT_EQ(server_.requests().front().field("Host"), authority);
}

TEST_F(TransportTest, KeepsThePathOfTheServersUrl) {
    answer([](ApiConnection& client, ApiRequest const&) { client.answer(200, "{}"); });
    ASSERT_TRUE(cpprest_transport(at(server_.url() + "/clusters/a/"))->call(get(), {}));
    EXPECT_EQ(server_.requests().front().target, "/clusters/a" + std::string(kPath));
}

TEST_F(TransportTest, UsesAConnectionAgain) {
    answer([](ApiConnection& client, ApiRequest const&) { client.answer(200, "{}"); });
    // A connection comes back a moment after its answer: not always in time for the next call.
    std::size_t calls = 0;
    while (calls == server_.connections() && calls < 100) {
        ASSERT_TRUE(call(get()).has_value());
        ++calls;
    }
    EXPECT_LT(server_.connections(), calls);
}

TEST_F(TransportTest, ComesBackWhenAnIdleConnectionWasClosed) {
    answer([](ApiConnection& client, ApiRequest const&) {
        client.answer(200, "{}");
        client.close();
    });
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(call(get()).has_value());
    }
}

TEST_F(TransportTest, GivesTheBytesOfAStreamAsTheyCome) {
    Gate const accepted;
    Gate const seen;
    answer([=](ApiConnection& client, ApiRequest const&) {
        client.begin_chunks();
        EXPECT_TRUE(accepted.wait());
        client.chunk("first");
        EXPECT_TRUE(seen.wait());
        client.chunk("second");
        client.end_chunks();
    });
    std::string all;
    auto const result = transport_->stream(get(),
                                           [&](std::string_view bytes) {
                                               all += bytes;
                                               (bytes.empty() ? accepted : seen).release();
                                           },
                                           {});
    ASSERT_TRUE(result.has_value()) << to_string(result.error());
    EXPECT_EQ(all, "firstsecond");
}

TEST_F(TransportTest, JoinsAStreamWhateverTheCut) {
    std::string const text = R"({"type":"ADDED"})" + std::string("\n") + R"({"type":"DELETED"})";
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        answer([=](ApiConnection& client, ApiRequest const&) {
            client.begin_chunks();
            client.chunk(std::string_view(text).substr(0, cut));
            client.chunk(std::string_view(text).substr(cut));
            client.end_chunks();
        });
        ASSERT_EQ(*stream(get()), text) << cut;
    }
}

TEST_F(TransportTest, JoinsAStreamWhateverTheCutOfItsChunks) {
    std::string const bytes = "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        answer([=](ApiConnection& client, ApiRequest const&) {
            client.begin_chunks();
            client.send(std::string_view(bytes).substr(0, cut));
            client.send(std::string_view(bytes).substr(cut));
        });
        ASSERT_EQ(*stream(get()), "hello world") << cut;
    }
}

TEST_F(TransportTest, TakesBodiesLargerThanAnyBuffer) {
    std::string const large(3'000'000, 'x');
    answer([=](ApiConnection& client, ApiRequest const&) { client.answer(200, large); });
    EXPECT_EQ(call(get())->body, large);
    EXPECT_EQ(*stream(get()), large);
}

TEST_F(TransportTest, BoundsTheAnswerOfACall) {
    std::string const piece(1024UL * 1024, 'x');
    answer([=](ApiConnection& client, ApiRequest const&) {
        client.begin_chunks();
        for (std::size_t sent = 0; sent <= limits::api_answer_bytes_max; sent += piece.size()) {
            client.chunk(piece);
        }
        client.end_chunks();
    });
    EXPECT_THAT(to_string(call(get()).error()), HasSubstr("too long"));
}

TEST_F(TransportTest, PassesOnWhatTheTakerOfAStreamThrows) {
    answer([](ApiConnection& client, ApiRequest const&) {
        client.begin_chunks();
        client.chunk("bytes");
        client.stay_silent();
    });
    auto const throws = [](std::string_view bytes) {
        if (!bytes.empty()) throw std::domain_error("nobody likes " + std::string(bytes));
    };
    EXPECT_THROW((void)transport_->stream(get(), throws, {}), std::domain_error);
}

TEST_F(TransportTest, FailsAfterSilence) {
    answer([](ApiConnection& client, ApiRequest const&) { client.stay_silent(); });
    Request request = get("/api?continue=secret");
    request.silence_timeout = 300ms;
    TimePoint const start = Clock::now();
    auto const result = call(request);
    auto const took = Clock::now() - start;
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().cause, boost::system::errc::timed_out);
    EXPECT_EQ(result.error().detail, "GET " + server_.url() + "/api: silence for 300 ms");
    EXPECT_GE(took, 290ms);
    EXPECT_LT(took, 5s);
}

TEST_F(TransportTest, CountsSilenceFromTheLastChunk) {
    answer([](ApiConnection& client, ApiRequest const&) {
        client.begin_chunks();
        client.chunk("{}\n");
        client.stay_silent();
    });
    Request request = get();
    request.silence_timeout = 300ms;
    auto const result = stream(request);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().cause, boost::system::errc::timed_out);
}

TEST_F(TransportTest, StopsACallThatWaits) {
    Gate const asked;
    answer([=](ApiConnection& client, ApiRequest const&) {
        asked.release();
        client.stay_silent();
    });
    std::stop_source stop;
    auto result =
        std::async(std::launch::async, [&] { return transport_->call(get(), stop.get_token()); });
    ASSERT_TRUE(asked.wait());
    TimePoint const start = Clock::now();
    stop.request_stop();
    EXPECT_EQ(result.get().error().cause, boost::system::errc::operation_canceled);
    EXPECT_LT(Clock::now() - start, 2s);
}

TEST_F(TransportTest, StopsAStreamThatWaits) {
    Gate const seen;
    answer([](ApiConnection& client, ApiRequest const&) {
        client.begin_chunks();
        client.chunk("{}\n");
        client.stay_silent();
    });
    std::stop_source stop;
    auto result = std::async(std::launch::async, [&] {
        return transport_->stream(
            get(),
            [&](std::string_view bytes) {
                if (!bytes.empty()) seen.release();
            },
            stop.get_token());
    });
    ASSERT_TRUE(seen.wait());
    TimePoint const start = Clock::now();
    stop.request_stop();
    EXPECT_EQ(result.get().error().cause, boost::system::errc::operation_canceled);
    EXPECT_LT(Clock::now() - start, 2s);
}

TEST_F(TransportTest, DoesNotBeginWhatIsStoppedAlready) {
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(transport_->call(get(), stop.get_token()).error().cause,
              boost::system::errc::operation_canceled);
    EXPECT_EQ(server_.connections(), 0U);
}

TEST_F(TransportTest, FailsWhenAStreamIsCutOff) {
    answer([](ApiConnection& client, ApiRequest const&) {
        client.begin_chunks();
        client.chunk("{\"type\":\"ADDED\"}\n{\"ty");
        client.close();
    });
    EXPECT_THAT(to_string(stream(get()).error()), HasSubstr("cut off"));
}

TEST_F(TransportTest, FailsWhenAnAnswerIsCutOff) {
    answer([](ApiConnection& client, ApiRequest const&) {
        client.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"items\"");
        client.close();
    });
    EXPECT_THAT(to_string(call(get()).error()), HasSubstr("cut off"));
}

TEST_F(TransportTest, FailsWhenTheServerHangsUp) {
    answer([](ApiConnection& client, ApiRequest const&) { client.close(); });
    EXPECT_THAT(to_string(call(get()).error()), StartsWith("GET " + server_.url()));
}

TEST_F(TransportTest, FailsWhenTheServerSpeaksNoHttp) {
    answer([](ApiConnection& client, ApiRequest const&) { client.send("+OK ready\r\n\r\n"); });
    EXPECT_THAT(to_string(call(get()).error()), HasSubstr("Invalid HTTP status line"));
}

TEST_F(TransportTest, FailsWhenNobodyListens) {
    std::string url;
    {
        test::FakeApiServer const gone;
        url = gone.url();
    }
    auto const result = cpprest_transport(at(url))->call(get(), {});
    EXPECT_EQ(to_string(result.error()),
              "GET " + url + std::string(kPath) + ": Failed to connect to any resolved endpoint");
}

TEST_F(TransportTest, FailsWhenTheUrlIsNone) {
    auto const result = cpprest_transport(at("https://a b"))->call(get(), {});
    EXPECT_FALSE(result.has_value());
}

TEST_F(TransportTest, SendsTheTokenAndReadsItAgainAfterA401) {
    test::TemporaryDirectory const directory;
    cluster_.token.file = directory / "token";
    test::write_file(cluster_.token.file, "old\n");
    auto const transport = cpprest_transport(cluster_);
    answer([](ApiConnection& client, ApiRequest const& request) {
        client.answer(request.field("Authorization") == "Bearer new" ? 200 : 401, "");
    });
    EXPECT_EQ(transport->call(get(), {})->status, 401);
    test::replace_file(cluster_.token.file, "new\n");
    EXPECT_EQ(transport->call(get(), {})->status, 200);
    EXPECT_EQ(server_.requests().front().field("Authorization"), "Bearer old");
}

TEST_F(TransportTest, FailsWithoutTheToken) {
    cluster_.token.file = "/nonexistent/token";
    EXPECT_THAT(to_string(cpprest_transport(cluster_)->call(get(), {}).error()),
                HasSubstr("/nonexistent/token (No such file"));
    EXPECT_EQ(server_.connections(), 0U);
}

TEST_F(TransportTest, HoldsTwentyStreamsAtOnce) {
    constexpr int kStreams = 20;
    std::atomic<int> seen = 0;
    Gate const all_seen;
    answer([=](ApiConnection& client, ApiRequest const&) {
        client.begin_chunks();
        client.chunk("a");
        EXPECT_TRUE(all_seen.wait());
        client.chunk("b");
        client.end_chunks();
    });
    std::vector<std::future<std::string>> streams;
    for (int i = 0; i < kStreams; ++i) {
        streams.push_back(std::async(std::launch::async, [&] {
            std::string all;
            auto const result = transport_->stream(get(),
                                                   [&](std::string_view bytes) {
                                                       if (all.empty() && ++seen == kStreams)
                                                           all_seen.release();
                                                       all += bytes;
                                                   },
                                                   {});
            return result ? all : to_string(result.error());
        }));
    }
    for (auto& stream : streams) {
        EXPECT_EQ(stream.get(), "ab");
    }
}

}  // namespace
}  // namespace holdfast::controller::kube
