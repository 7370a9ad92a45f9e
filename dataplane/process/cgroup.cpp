#include "dataplane/process/cgroup.hpp"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <string>
#include <thread>

namespace holdfast {

namespace {

long number(std::string_view text) noexcept {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.remove_suffix(1);
    long value = 0;
    auto const end = text.data() + text.size();
    auto const [parsed, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && parsed == end ? value : 0;
}

int rounded_up(long quota, long period) noexcept {
    if (quota <= 0 || period <= 0) return 0;
    long const cores = quota / period + (quota % period != 0 ? 1 : 0);
    return static_cast<int>(std::min<long>(cores, std::numeric_limits<int>::max()));
}

std::string first_line(char const* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

int granted_by_cgroup() {
    // Inside a container its own cgroup is mounted at the root of the hierarchy.
    if (int const cores = cores_of_cpu_max(first_line("/sys/fs/cgroup/cpu.max"))) return cores;
    return cores_of_cfs(first_line("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
                        first_line("/sys/fs/cgroup/cpu/cpu.cfs_period_us"));
}

int offered_by_machine() {
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace

int usable_cores() {
    int const offered = offered_by_machine();
    int const granted = granted_by_cgroup();
    return granted == 0 ? offered : std::clamp(granted, 1, offered);
}

int cores_of_cpu_max(std::string_view text) noexcept {
    auto const space = text.find(' ');
    if (space == std::string_view::npos) return 0;
    return rounded_up(number(text.substr(0, space)), number(text.substr(space + 1)));
}

int cores_of_cfs(std::string_view quota, std::string_view period) noexcept {
    return rounded_up(number(quota), number(period));
}

}  // namespace holdfast
