#include "controller/kube/micro_time.hpp"

#include <chrono>
#include <format>

namespace holdfast::controller::kube {

std::string format_micro_time(WallClock::time_point time) {
    // The number of digits follows from the unit.
    return std::format("{:%FT%T}Z", std::chrono::floor<std::chrono::microseconds>(time));
}

}  // namespace holdfast::controller::kube
