#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/control/apply.hpp"
#include "dataplane/control/push_client.hpp"
#include "tests/component/control/fake_controller.hpp"
#include "tests/support/tables.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/control/fake_target.hpp"

namespace holdfast::test {

/// A push client, the applier behind it and a target that only remembers; controllers are added by
/// the test. All on one thread, the test's, which turns the io_context while it waits.
class PushClientFixture : public ::testing::Test {
protected:
    PushClientFixture() {
        options_.identity = {.node = "dp-0", .gateway = kGateway, .build = "0.1.0"};
        using std::chrono::milliseconds;
        options_.times = {.ping_interval = milliseconds(5000),
                          .dial_timeout = milliseconds(5000),
                          .backoff_min = milliseconds(1),
                          .backoff_max = milliseconds(20),
                          .resolve_interval = milliseconds(1000),
                          .tick = milliseconds(5)};
    }
    ~PushClientFixture() override {
        if (client_) {
            bool stopped = false;
            client_->stop([&] { stopped = true; });
            EXPECT_TRUE(run_until([&] { return stopped; }));
        }
    }

    [[nodiscard]] std::string socket(std::string const& name) const { return folder_ / name; }
    /// A controller on a Unix socket that the client will dial.
    std::unique_ptr<FakeController> controller(std::string const& name) {
        options_.controllers.push_back({{}, socket(name)});
        return std::make_unique<FakeController>(io_, socket(name));
    }
    void start() {
        client_ =
            std::make_unique<control::PushClient>(io_, options_, applier_, [this] { ++applied_; });
        client_->start();
    }

    /// False when ten seconds do not bring it.
    [[nodiscard]] bool run_until(std::function<bool()> const& condition) {
        TimePoint const deadline = Clock::now() + std::chrono::seconds(10);
        while (!condition()) {
            if (Clock::now() >= deadline) {
                return false;
            }
            io_.restart();
            io_.run_one_for(std::chrono::milliseconds(10));
        }
        return true;
    }
    /// The next frame of the newest stream, which is to be of this kind.
    template <class Frame>
    [[nodiscard]] Frame next(FakeController& controller) {
        auto const has_frame = [&] {
            return controller.streams() > 0 && !controller.last().frames.empty();
        };
        if (!run_until(has_frame)) {
            ADD_FAILURE() << "no frame came";
            return {};
        }
        push::ToController const frame = std::move(controller.last().frames.front());
        controller.last().frames.pop_front();
        if (!std::holds_alternative<Frame>(frame)) {
            ADD_FAILURE() << "another frame came: " << push::encode(frame);
            return {};
        }
        return std::get<Frame>(frame);
    }
    /// Greets, and brings `table` into force.
    void bring_into_force(FakeController& controller, model::Table const& table) {
        (void)next<push::Hello>(controller);
        controller.send(snapshot(table));
        EXPECT_EQ(next<push::Ack>(controller).hash, model::content_hash(table));
    }

    TemporaryDirectory const folder_;
    boost::asio::io_context io_{1};
    FakeTarget target_;
    control::Applier applier_{kGateway, target_};
    control::PushOptions options_;
    int applied_ = 0;
    std::unique_ptr<control::PushClient> client_;
    model::Table const first_ = table();
    model::Table const second_ = chat_table();
};

}  // namespace holdfast::test
