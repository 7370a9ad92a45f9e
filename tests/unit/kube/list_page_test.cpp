// Goal: a list is read whole, and nothing else is taken for an empty one, which would take
// everything away. Method: answers written by hand.
#include "controller/kube/list_page.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace holdfast::controller::kube {
namespace {

boost::json::object object(std::string_view text) { return boost::json::parse(text).as_object(); }

TEST(ListPage, HoldsItemsVersionAndWhereTheNextBegins) {
    auto const page =
        parse_list(R"({"kind":"ServiceList","metadata":{"resourceVersion":"7","continue":"here"},)"
                   R"("items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]})");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->version, "7");
    EXPECT_EQ(page->continue_at, "here");
    ASSERT_EQ(page->items.size(), 2u);
    EXPECT_EQ(key_of(page->items[1]), "b");
}

TEST(ListPage, IsEmptyInEveryWayThatAServerWritesIt) {
    for (std::string_view const items : {"", R"(,"items":[])", R"(,"items":null)"}) {
        auto const page = parse_list(R"({"kind":"ServiceList","metadata":{"resourceVersion":"7"})" +
                                     std::string(items) + "}");
        ASSERT_TRUE(page) << items;
        EXPECT_TRUE(page->items.empty());
        EXPECT_EQ(page->continue_at, "");
    }
}

TEST(ListPage, IsNothingThatIsNoList) {
    for (std::string_view const body :
         {"", "<html>", "[]", "{}", R"({"kind":"ServiceList","items":[]})",
          R"({"kind":"ServiceList","metadata":{"resourceVersion":""},"items":[]})",
          R"({"kind":"Service","metadata":{"resourceVersion":"7"},"items":[]})",
          R"({"kind":"ServiceList","metadata":{"resourceVersion":"7"},"items":{}})",
          R"({"kind":"ServiceList","metadata":{"resourceVersion":"7"},"items":[)"}) {
        EXPECT_FALSE(parse_list(body)) << body;
    }
}

TEST(ListPage, NamesObjectsByNamespaceAndName) {
    EXPECT_EQ(key_of(object(R"({"metadata":{"namespace":"a","name":"b"}})")), "a/b");
    EXPECT_EQ(key_of(object(R"({"metadata":{"name":"b"}})")), "b");
    EXPECT_EQ(key_of(object("{}")), "");
}

TEST(ListPage, KnowsTheVersionOfAnObject) {
    EXPECT_EQ(version_of(object(R"({"metadata":{"resourceVersion":"7"}})")), "7");
    EXPECT_EQ(version_of(object(R"({"metadata":{"resourceVersion":7}})")), "");
    EXPECT_EQ(version_of(object(R"({"metadata":[]})")), "");
}

TEST(ListPage, ReadsVersionsAsNumbers) {
    EXPECT_EQ(version_number("18446744073709551615"), 18446744073709551615U);
    EXPECT_EQ(version_number(""), 0U);
}

}  // namespace
}  // namespace holdfast::controller::kube
