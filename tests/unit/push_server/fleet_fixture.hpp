#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "controller/push/fleet.hpp"
#include "tests/support/tables.hpp"

namespace holdfast::controller {

using namespace std::chrono_literals;
using test::kGateway;

inline TimePoint const kNow{1h};
/// Data planes that wanted to come back have come back by then.
inline TimePoint const kHeard = kNow + Fleet::kReturn;

inline Publication publication(model::Table table) {
    auto const shared = std::make_shared<model::Table const>(std::move(table));
    return {{model::content_hash(*shared), {}}, shared};
}

/// The n-th of a row of different tables.
inline Publication numbered(int n) {
    model::Table table = test::chat_table();
    table.backends["default/echo:80"] = test::backend(static_cast<std::uint16_t>(9000 + n));
    return publication(std::move(table));
}

inline push::Hello hello(std::string have = "", bool subscribe = true) {
    push::Hello frame;
    frame.features = {"delta"};
    frame.node = "node-1";
    frame.gateway = kGateway;
    frame.subscribe = subscribe;
    frame.have = std::move(have);
    return frame;
}

template <class Frame>
Frame decoded(std::optional<Outgoing> const& outgoing) {
    if (!outgoing) {
        ADD_FAILURE() << "nothing to send";
        return {};
    }
    auto const frame = push::decode_to_dataplane(*outgoing->text);
    if (!frame || !frame->has_value() || !std::holds_alternative<Frame>(**frame)) {
        ADD_FAILURE() << "another frame: " << *outgoing->text;
        return {};
    }
    return std::get<Frame>(**frame);
}

class FleetTest : public ::testing::Test {
protected:
    std::optional<Outgoing> next(StreamId stream = 1) { return fleet_.next(stream, kNow); }
    void publish(Publication const& table) { fleet_.publish(table, kNow); }
    /// A stream that has acknowledged the newest table.
    void bring_up_to_date(StreamId stream = 1) {
        fleet_.connect(stream, hello());
        auto const snapshot = decoded<push::Snapshot>(next(stream));
        ASSERT_EQ(fleet_.acknowledge(stream, {snapshot.nonce, snapshot.version.hash}, kNow),
                  Receipt::noted);
    }

    Fleet fleet_;
};

}  // namespace holdfast::controller
