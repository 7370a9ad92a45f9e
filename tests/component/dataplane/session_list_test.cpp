// Goal: every session is listed once, however the list is cut into pages and workers.
// Method: sessions of two workers, asked for as the admin port does.
#include <gmock/gmock.h>

#include <future>

#include "tests/component/dataplane/gateway.hpp"

namespace holdfast::test {
namespace {

class SessionList : public testing::Test {
protected:
    SessionList() {
        EXPECT_THAT(gateway_.serve(chat_table(gateway_, {backend_.port()})), testing::IsEmpty());
        for (auto& client : clients_)
            client = gateway_.open_session();
        EXPECT_TRUE(gateway_.wait_for_sessions(clients_.size()));
    }

    boost::json::array list(SessionQuery const& query) {
        std::vector<boost::json::array> lists;
        for (auto const& worker : gateway_.serving().workers()) {
            std::promise<boost::json::array> answer;
            worker->list_sessions(query, [&](boost::json::array part) { answer.set_value(part); });
            lists.push_back(answer.get_future().get());
        }
        return merge(std::move(lists), query.limit);
    }

    Backend backend_{echo};
    Gateway gateway_{{.workers = 2}};
    std::array<RawSocket, 5> clients_;
};

TEST_F(SessionList, ShowsWhatASessionIs) {
    auto const listed = list({});
    ASSERT_EQ(listed.size(), 5u);
    EXPECT_EQ(listed[0].at("route"), "default/chat");
    EXPECT_EQ(listed[0].at("path"), "/chat");
}

TEST_F(SessionList, ShowsOnlyTheRouteAskedFor) {
    EXPECT_EQ(list({.route = "default/chat"}).size(), 5u);
    EXPECT_TRUE(list({.route = "default/other"}).empty());
}

TEST_F(SessionList, GoesOnBehindTheLastOneShown) {
    auto const whole = list({});
    boost::json::array pages;
    SessionQuery query{.limit = 2};
    for (auto page = list(query); !page.empty(); page = list(query)) {
        EXPECT_LE(page.size(), 2u);
        pages.insert(pages.end(), page.begin(), page.end());
        query.after = page.back().at("id").to_number<relay::SessionId>();
    }
    ASSERT_EQ(pages.size(), 5u);
    for (std::size_t i = 0; i < pages.size(); ++i)
        EXPECT_EQ(pages[i].at("id"), whole[i].at("id"));
}

}  // namespace
}  // namespace holdfast::test
