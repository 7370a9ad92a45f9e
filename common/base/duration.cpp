#include "common/base/duration.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/base/assert.hpp"

namespace holdfast {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kGroupsMax = 4;
constexpr std::size_t kDigitsMax = 5;
constexpr milliseconds kFormatMax = std::chrono::hours(100'000);

struct Unit {
    std::string_view name;
    milliseconds length;
};
// Largest first for formatting; parsing takes the longest name, since `m` begins `ms`.
constexpr std::array kUnits{
    Unit{"h", std::chrono::hours(1)},
    Unit{"m", std::chrono::minutes(1)},
    Unit{"s", std::chrono::seconds(1)},
    Unit{"ms", milliseconds(1)},
};

/// Takes one group off the front of `text`.
std::optional<milliseconds> take_group(std::string_view& text) noexcept;

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) noexcept {
    milliseconds sum{0};
    std::size_t groups = 0;
    do {
        auto const group = take_group(text);
        if (!group || ++groups > kGroupsMax) {
            return std::nullopt;
        }
        sum += *group;
    } while (!text.empty());
    return sum;
}

std::string format_duration(milliseconds duration) {
    HOLDFAST_ASSERT(duration >= milliseconds(0) && duration < kFormatMax);
    if (duration == milliseconds(0)) {
        return "0s";
    }
    std::string text;
    for (Unit const& unit : kUnits) {
        if (auto const count = duration / unit.length; count > 0) {
            text += std::to_string(count);
            text += unit.name;
            duration %= unit.length;
        }
    }
    return text;
}

namespace {

std::optional<milliseconds> take_group(std::string_view& text) noexcept {
    std::size_t const digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > kDigitsMax) {
        return std::nullopt;
    }
    int count = 0;
    std::from_chars(text.data(), text.data() + digits, count);
    text.remove_prefix(digits);

    std::string_view const name = text.substr(0, text.starts_with("ms") ? 2 : 1);
    for (Unit const& unit : kUnits) {
        if (unit.name == name) {
            text.remove_prefix(name.size());
            return unit.length * count;
        }
    }
    return std::nullopt;
}

}  // namespace
}  // namespace holdfast
