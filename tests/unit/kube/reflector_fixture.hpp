#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <string>
#include <vector>

#include "controller/kube/reflector.hpp"

namespace holdfast::controller::kube {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

inline Collection const kServices{.kind = "Service",
                                  .api_version = "v1",
                                  .plural = "services",
                                  .name_space = "",
                                  .name = "",
                                  .definition = Collection::Definition::built_in};
inline Collection const kRoutes{.kind = "WebSocketRoute",
                                .api_version = "holdfast.dev/v1alpha1",
                                .plural = "websocketroutes",
                                .name_space = "",
                                .name = "",
                                .definition = Collection::Definition::custom};

inline std::string object(std::string const& name, int version) {
    return R"({"metadata":{"namespace":"default","name":")" + name + R"(","resourceVersion":")" +
           std::to_string(version) + R"("}})";
}

inline Answer list(int version, std::vector<std::string> const& names,
                   std::string const& more = "") {
    std::string items;
    for (std::string const& name : names) {
        items += (items.empty() ? "" : ",") + object(name, version);
    }
    return {200,
            R"({"kind":"List","metadata":{"resourceVersion":")" + std::to_string(version) +
                R"(","continue":")" + more + R"("},"items":[)" + items + "]}",
            std::nullopt};
}

inline Answer refused(int code, std::string const& reason = "") {
    return {code,
            R"({"kind":"Status","code":)" + std::to_string(code) + R"(,"reason":")" + reason +
                R"(","message":"so it is"})",
            std::nullopt};
}

inline WatchEvent event(WatchEvent::Type type, std::string const& json) {
    return {type, boost::json::parse(json).as_object()};
}

inline Answer discovery(bool takes_new) {
    return {200,
            std::string(R"({"resources":[{"name":"websocketroutes","verbs":["delete","get")") +
                (takes_new ? R"(,"create")" : "") + "]}]}",
            std::nullopt};
}

inline std::vector<std::string> keys(Delta const& delta) {
    std::vector<std::string> all;
    for (auto const& one : delta.upserts) {
        all.push_back(key_of(one));
    }
    return all;
}

inline Failure const kCutOff{{}, "cut off"};

class ReflectorTest : public ::testing::Test {
protected:
    /// The next step that is no wait; the clock goes on meanwhile.
    template <class Wanted>
    Wanted step() {
        Step next = reflector_.next(now_);
        while (auto const* const wait = std::get_if<WaitStep>(&next)) {
            EXPECT_GT(wait->time, 0ms);
            now_ += wait->time;
            next = reflector_.next(now_);
        }
        if (auto const* const found = std::get_if<Wanted>(&next)) return *found;
        ADD_FAILURE() << "another step than expected: " << next.index();
        return {};
    }
    Delta answer_list(Answer const& answer) {
        step<ListStep>();
        return reflector_.listed(answer, now_);
    }
    Delta tell(WatchEvent::Type type, std::string const& name, int version) {
        EXPECT_FALSE(reflector_.wants_out()) << "nobody reads on then";
        now_ += 10ms;
        return reflector_.watched(event(type, object(name, version)), now_);
    }
    /// Lists these, and begins to watch.
    void watch(std::vector<std::string> const& names) {
        answer_list(list(100, names));
        step<WatchStep>();
    }
    void make_custom() { reflector_ = Reflector(kRoutes, 1); }

    Reflector reflector_{kServices, 1};
    TimePoint now_{1h};
};

}  // namespace holdfast::controller::kube
