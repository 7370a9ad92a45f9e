// Goal: cpprestsdk, which exports the Asio that it was built with, gets on with ours in one
// program. Method: it asks a server of ours, on our io_context.
#include <gtest/gtest.h>

#include <boost/asio.hpp>

#include <thread>

#include "common/admin/http_server.hpp"
#include "controller/kube/cpprest_transport.hpp"

namespace holdfast::controller::kube {
namespace {

TEST(TransportBesideAsio, AsksAServerOfTheSameProgram) {
    boost::asio::io_context io;
    admin::HttpServer server(
        io, {{"GET", "/version", [](auto const&) { return admin::json_response("{}"); }}});
    auto const address = server.listen({"127.0.0.1", 0});
    ASSERT_TRUE(address.has_value());
    std::thread runner([&io] { io.run(); });
    Cluster cluster;
    cluster.server = "http://127.0.0.1:" + std::to_string(address->port);
    auto const transport = cpprest_transport(cluster);
    for (int i = 0; i < 100; ++i) {
        Request request;
        request.target = "/version";
        auto const answer = transport->call(request, {});
        ASSERT_TRUE(answer.has_value()) << to_string(answer.error());
        EXPECT_EQ(answer->body, "{}");
    }
    io.stop();
    runner.join();
}

}  // namespace
}  // namespace holdfast::controller::kube
