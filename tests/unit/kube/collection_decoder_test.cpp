// Goal: what cannot be read is told for as long as it holds, and gathered only when it changes.
// Method: objects as a reflector delivers them.
#include "controller/kube/collection_decoder.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <string>

namespace holdfast::controller::kube {
namespace {

class CollectionDecoderTest : public ::testing::Test {
protected:
    void deliver(std::string const& name, int port) {
        std::string const text = R"({"metadata":{"namespace":"infra","name":")" + name +
                                 R"("},"spec":{"ports":[{"port":)" + std::to_string(port) + "}]}}";
        Delta delta;
        delta.upserts.push_back(boost::json::parse(text).as_object());
        (void)decoder_.decode(std::move(delta), 1);
    }
    void remove(std::string const& name) {
        Delta delta;
        delta.removes.push_back("infra/" + name);
        (void)decoder_.decode(std::move(delta), 1);
    }

    CollectionDecoder decoder_{Collection{.kind = "Service",
                                          .api_version = "v1",
                                          .plural = "services",
                                          .name_space = {},
                                          .name = {}}};
};

TEST_F(CollectionDecoderTest, TellsOfAnObjectUntilItCanBeRead) {
    deliver("chat", 0);
    ASSERT_EQ(decoder_.problems()->size(), 1u);
    EXPECT_EQ(decoder_.problems()->front().object, "Service infra/chat");
    deliver("chat", 80);
    EXPECT_TRUE(decoder_.problems()->empty());
}

TEST_F(CollectionDecoderTest, TellsOfAnObjectUntilItIsGone) {
    deliver("chat", 0);
    ASSERT_EQ(decoder_.problems()->size(), 1u);
    remove("chat");
    EXPECT_TRUE(decoder_.problems()->empty());
}

TEST_F(CollectionDecoderTest, GathersNothingAnewForObjectsThatAreWell) {
    deliver("chat", 0);
    auto const before = decoder_.problems();
    deliver("mail", 80);
    remove("mail");
    EXPECT_EQ(decoder_.problems(), before);
}

}  // namespace
}  // namespace holdfast::controller::kube
