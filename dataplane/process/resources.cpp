#include "dataplane/process/resources.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <string>
#include <thread>

namespace holdfast {

namespace {

/// 0 for what is no number.
std::int64_t number(std::string_view text) noexcept {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.remove_suffix(1);
    std::int64_t value = 0;
    auto const end = text.data() + text.size();
    auto const [parsed, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && parsed == end ? value : 0;
}

int rounded_up(std::int64_t quota, std::int64_t period) noexcept {
    if (quota <= 0 || period <= 0) return 0;
    std::int64_t const cores = quota / period + (quota % period != 0 ? 1 : 0);
    return static_cast<int>(std::min<std::int64_t>(cores, std::numeric_limits<int>::max()));
}

std::string first_line(char const* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

int cores_granted_by_cgroup() {
    // Inside a container its own cgroup is mounted at the root of the hierarchy.
    if (int const cores = cores_of_cpu_max(first_line("/sys/fs/cgroup/cpu.max"))) return cores;
    return cores_of_cfs(first_line("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
                        first_line("/sys/fs/cgroup/cpu/cpu.cfs_period_us"));
}

std::uint64_t memory_granted_by_cgroup() {
    auto const bytes = bytes_of_memory_limit(first_line("/sys/fs/cgroup/memory.max"));
    if (bytes != 0) return bytes;
    return bytes_of_memory_limit(first_line("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
}

std::uint64_t memory_of_machine() {
    return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
           static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

int cores_of_machine() {
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace

int usable_cores() {
    int const offered = cores_of_machine();
    int const granted = cores_granted_by_cgroup();
    return granted == 0 ? offered : std::clamp(granted, 1, offered);
}

std::uint64_t usable_memory() {
    auto const machine = memory_of_machine();
    auto const granted = memory_granted_by_cgroup();
    return granted == 0 ? machine : std::min(granted, machine);
}

std::uint64_t raise_descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    auto raised = limit;
    raised.rlim_cur = limit.rlim_max;
    return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

int cores_of_cpu_max(std::string_view text) noexcept {
    auto const space = text.find(' ');
    if (space == std::string_view::npos) return 0;
    return rounded_up(number(text.substr(0, space)), number(text.substr(space + 1)));
}

int cores_of_cfs(std::string_view quota, std::string_view period) noexcept {
    return rounded_up(number(quota), number(period));
}

std::uint64_t bytes_of_memory_limit(std::string_view text) noexcept {
    // Version 1 says "none" by the largest number of whole pages.
    constexpr std::int64_t kNoLimit = std::int64_t{1} << 62;
    auto const bytes = number(text);
    return bytes > 0 && bytes < kNoLimit ? static_cast<std::uint64_t>(bytes) : 0;
}

}  // namespace holdfast
