// Goal: what probes, scrapers and people may send, and what they get. Method: a real server on a
// port of the kernel's choice, raw requests over a blocking socket.
#include "common/admin/http_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio.hpp>

#include <future>
#include <list>
#include <stdexcept>
#include <thread>

#include "common/base/limits.hpp"
#include "tests/support/raw_http.hpp"

namespace holdfast::admin {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<Endpoint> test_endpoints() {
    return {
        {"GET", "/hello", [](Request const&) { return Response{.body = "hello\n"}; }},
        {"GET", "/echo",
         [](Request const& request) {
             return Response{.body = request.parameter("text").value_or("(none)")};
         }},
        {"POST", "/drain", [](Request const&) { return json_response("{}", 202); }},
        {"GET", "/broken",
         [](Request const&) -> Response { throw std::runtime_error("secret detail"); }},
        {"GET", "/wrecked", [](Request const&) -> Response { throw 42; }},
    };
}

/// A connection that stays open, whatever is asked on it.
class Client {
public:
    explicit Client(Address const& server) {
        socket_.connect({boost::asio::ip::make_address(server.host), server.port});
    }
    /// True when an answer came.
    bool ask() {
        std::string_view const request = "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n";
        boost::system::error_code error;
        boost::asio::write(socket_, boost::asio::buffer(request), error);
        std::string answer;
        boost::asio::read_until(socket_, boost::asio::dynamic_buffer(answer), "hello\n", error);
        return !error;
    }
    /// Waits for the server to close the connection.
    void await_end() {
        char byte = 0;
        boost::system::error_code error;
        while (!error)
            socket_.read_some(boost::asio::buffer(&byte, 1), error);
    }

private:
    boost::asio::io_context io_;
    boost::asio::ip::tcp::socket socket_{io_};
};

class HttpServerTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto const bound = server_->listen({"127.0.0.1", 0});
        ASSERT_TRUE(bound.has_value());
        address_ = *bound;
        thread_ = std::thread([this] { io_.run(); });
    }
    void TearDown() override {
        boost::asio::post(io_, [this] { server_.reset(); });
        work_.reset();
        thread_.join();
    }
    test::HttpReply get(std::string_view target) {
        return test::http_request(address_, "GET", target);
    }

    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        io_.get_executor()};
    std::unique_ptr<HttpServer> server_ = std::make_unique<HttpServer>(io_, test_endpoints());
    Address address_;
    std::thread thread_;
};

TEST_F(HttpServerTest, AnswersAKnownPath) {
    auto const reply = get("/hello");
    EXPECT_EQ(reply.status, 200u);
    EXPECT_EQ(reply.body, "hello\n");
    EXPECT_THAT(reply.head, HasSubstr("Content-Type: text/plain; charset=utf-8"));
}

TEST_F(HttpServerTest, HandsOnTheDecodedQueryParameter) {
    EXPECT_EQ(get("/echo?other=1&text=a%2Fb%20c").body, "a/b c");
    EXPECT_EQ(get("/echo?text").body, "");
    EXPECT_EQ(get("/echo").body, "(none)");
}

TEST_F(HttpServerTest, RefusesAnUnknownPath) { EXPECT_EQ(get("/nothing").status, 404u); }

TEST_F(HttpServerTest, RefusesAKnownPathWithAnotherMethodAndNamesTheRightOne) {
    auto const reply = test::http_request(address_, "POST", "/hello");
    EXPECT_EQ(reply.status, 405u);
    EXPECT_THAT(reply.head, HasSubstr("Allow: GET"));
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
    auto const reply = test::http_request(address_, "HEAD", "/hello");
    EXPECT_EQ(reply.status, 200u);
    EXPECT_THAT(reply.head, HasSubstr("Content-Length: 6"));
    EXPECT_EQ(reply.body, "");
}

TEST_F(HttpServerTest, SkipsTheBodyOfAPost) {
    std::string const reply =
        test::raw_http(address_,
                       "POST /drain HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n\r\nabcd"
                       "GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 202"));
    EXPECT_THAT(reply, HasSubstr("Content-Type: application/json"));
    EXPECT_THAT(reply, EndsWith("hello\n"));
}

TEST_F(HttpServerTest, KeepsTheConnectionForTheNextRequest) {
    std::string const reply =
        test::raw_http(address_,
                       "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"
                       "GET /echo?text=second HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(reply, HasSubstr("hello\n"));
    EXPECT_THAT(reply, EndsWith("second"));
}

TEST_F(HttpServerTest, RefusesWhatIsNotHttpAndCloses) {
    EXPECT_THAT(test::raw_http(address_, "garbage\r\n\r\n"), StartsWith("HTTP/1.1 400"));
}

TEST_F(HttpServerTest, RefusesAMalformedTarget) { EXPECT_EQ(get("/%zz").status, 400u); }

TEST_F(HttpServerTest, RefusesAHeadAboveTheLimit) {
    std::string const request =
        "GET /hello HTTP/1.1\r\nX: " + std::string(limits::admin_head_bytes_max, 'x') + "\r\n\r\n";
    EXPECT_THAT(test::raw_http(address_, request), StartsWith("HTTP/1.1 431"));
}

TEST_F(HttpServerTest, RefusesABodyAboveTheLimit) {
    std::string const request = "POST /drain HTTP/1.1\r\nHost: t\r\nContent-Length: " +
                                std::to_string(limits::admin_body_bytes_max + 1) + "\r\n\r\n";
    EXPECT_THAT(test::raw_http(address_, request), StartsWith("HTTP/1.1 413"));
}

TEST_F(HttpServerTest, AnswersAnExceptionOfAHandlerWithoutItsText) {
    auto const reply = get("/broken");
    EXPECT_EQ(reply.status, 500u);
    EXPECT_EQ(reply.body, "internal error\n");
}

TEST_F(HttpServerTest, AnswersAProbeHoweverManyIdleConnectionsThereAre) {
    std::list<Client> idle;
    for (std::size_t i = 0; i < limits::admin_connections_max + 10; ++i)
        idle.emplace_back(address_);
    EXPECT_EQ(get("/hello").status, 200u);
}

TEST_F(HttpServerTest, ClosesTheConnectionWhoseLastRequestIsLongestAgoWhenItIsFull) {
    Client oldest(address_);
    Client silent(address_);
    std::list<Client> others;
    while (others.size() + 2 < limits::admin_connections_max)
        others.emplace_back(address_);
    ASSERT_TRUE(oldest.ask());

    ASSERT_EQ(get("/hello").status, 200u);

    silent.await_end();
    EXPECT_TRUE(oldest.ask());
    EXPECT_TRUE(others.back().ask());
}

TEST_F(HttpServerTest, LosesNoPlaceToAnException) {
    Client bystander(address_);
    for (std::size_t i = 0; i < limits::admin_connections_max; ++i)
        EXPECT_EQ(get("/wrecked").status, 0u);
    EXPECT_TRUE(bystander.ask());
    EXPECT_EQ(get("/hello").status, 200u);
}

TEST_F(HttpServerTest, ReportsAnAddressThatIsTaken) {
    boost::asio::io_context other(1);
    HttpServer second(other, {});
    auto const bound = second.listen(address_);
    ASSERT_FALSE(bound.has_value());
    EXPECT_THAT(bound.error().detail, HasSubstr(to_string(address_)));
    EXPECT_EQ(bound.error().cause, boost::asio::error::address_in_use);
}

TEST_F(HttpServerTest, ReportsAHostThatIsNoIpAddress) {
    boost::asio::io_context other(1);
    HttpServer second(other, {});
    EXPECT_FALSE(second.listen({"no-such-host", 0}).has_value());
}

TEST_F(HttpServerTest, AcceptsNoConnectionAfterStop) {
    std::promise<void> stopped;
    boost::asio::post(io_, [&] {
        server_->stop();
        stopped.set_value();
    });
    stopped.get_future().wait();
    EXPECT_EQ(get("/hello").status, 0u);
}

TEST_F(HttpServerTest, ClosesAnIdleConnectionWhenItIsDestroyed) {
    auto const idle = std::async(std::launch::async, [this] {
        return test::raw_http(address_, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
    });
    // A second client proves that the first connection has been accepted before it.
    ASSERT_EQ(get("/hello").status, 200u);
    boost::asio::post(io_, [this] { server_.reset(); });
    EXPECT_EQ(idle.wait_for(std::chrono::seconds(5)), std::future_status::ready);
}

}  // namespace
}  // namespace holdfast::admin
