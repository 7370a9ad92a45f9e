#include "common/base/clock.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace holdfast {

std::string format_time(WallClock::time_point time) {
    auto const whole = std::chrono::floor<std::chrono::seconds>(time);
    auto const millis = std::chrono::floor<std::chrono::milliseconds>(time - whole).count();
    std::time_t const seconds = WallClock::to_time_t(whole);
    std::tm utc{};
    gmtime_r(&seconds, &utc);

    std::array<char, 32> date{};
    std::size_t const length = std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    std::array<char, 8> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(millis));
    return std::string(date.data(), length) + fraction.data();
}

}  // namespace holdfast
