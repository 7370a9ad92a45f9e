// Goal: one enum serves log, metrics and documentation. Method: the compiler's own spelling of
// every enumerator is compared with the table of reasons.
#include <gtest/gtest.h>

#include <set>
#include <source_location>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/reason.hpp"

namespace holdfast {
namespace {

/// How GCC and Clang spell the value of a template parameter: an enumerator by its name, any
/// other value of the enum as a cast.
template <Reason Value>
std::string_view spelling() {
    std::string_view const function = std::source_location::current().function_name();
    std::size_t const start = function.rfind("Reason::");
    if (start == std::string_view::npos) {
        return {};
    }
    std::string_view const name = function.substr(start + std::string_view("Reason::").size());
    return name.substr(0, name.find_first_of(";]"));
}

template <std::size_t... Index>
std::vector<std::string_view> spellings(std::index_sequence<Index...>) {
    return {spelling<static_cast<Reason>(Index)>()...};
}

std::vector<std::string_view> enumerators() {
    auto names = spellings(std::make_index_sequence<256>());
    std::erase(names, "");
    return names;
}

TEST(Reason, HasOneRowPerEnumeratorAtItsIndexUnderItsName) {
    auto const names = enumerators();
    ASSERT_EQ(names.size(), kReasons.size());
    for (std::size_t i = 0; i < kReasons.size(); ++i) {
        EXPECT_EQ(static_cast<std::size_t>(kReasons[i].reason), i);
        EXPECT_EQ(kReasons[i].name, names[i]);
        EXPECT_EQ(to_string(static_cast<Reason>(i)), names[i]);
    }
}

TEST(Reason, HasUniqueNames) {
    std::set<std::string_view> names;
    for (ReasonInfo const& row : kReasons) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
    }
}

TEST(Reason, HasATextThatFitsIntoACloseFrame) {
    for (ReasonInfo const& row : kReasons) {
        EXPECT_LE(row.text.size(), 123u) << row.name;
    }
}

TEST(Reason, HasATextWhereverThePeerIsToldSomething) {
    for (ReasonInfo const& row : kReasons) {
        bool const told = row.http_status != 0 || row.close_code != 0;
        EXPECT_EQ(told, !row.text.empty()) << row.name;
    }
}

TEST(Reason, HasStatusesAndCodesThatMayBeSent) {
    for (ReasonInfo const& row : kReasons) {
        bool const status_good =
            row.http_status == 0 || (row.http_status >= 400 && row.http_status <= 599);
        // RFC 6455 §7.4: 1005, 1006 and 1015 are never sent.
        std::set<std::uint16_t> const codes{0, 1001, 1002, 1011, 1012};
        EXPECT_TRUE(status_good) << row.name;
        EXPECT_TRUE(codes.contains(row.close_code)) << row.name;
    }
}

TEST(Side, IsNamedAsInTheAccessLog) {
    EXPECT_EQ(to_string(Side::client), "client");
    EXPECT_EQ(to_string(Side::backend), "backend");
    EXPECT_EQ(to_string(Side::gateway), "gateway");
}

}  // namespace
}  // namespace holdfast
