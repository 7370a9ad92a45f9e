#include "dataplane/telemetry/process.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::telemetry {
namespace {

std::string read_file(char const* path);
std::vector<std::string_view> stat_fields(std::string_view stat);
std::uint64_t to_number(std::string_view text);
std::uint64_t count_open_fds();
std::uint64_t boot_time();

}  // namespace

ProcessFacts read_process_facts() {
    ProcessFacts facts;
    std::string const stat = read_file("/proc/self/stat");
    // proc(5): 14 utime, 15 stime, 22 starttime (all in ticks), 24 rss (in pages).
    if (auto const fields = stat_fields(stat); fields.size() > 24) {
        auto const ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
        auto const page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
        facts.cpu_seconds =
            static_cast<double>(to_number(fields[14]) + to_number(fields[15])) / ticks;
        facts.start_time_seconds =
            static_cast<double>(boot_time()) + static_cast<double>(to_number(fields[22])) / ticks;
        facts.resident_bytes = to_number(fields[24]) * page;
    }
    facts.open_fds = count_open_fds();
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        facts.max_fds = limit.rlim_cur;
    }
    return facts;
}

namespace {

std::string read_file(char const* path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The fields at their numbers in proc(5), which counts from 1. Of the second one, the program's
/// name, only the end is sure: it may hold blanks and brackets.
std::vector<std::string_view> stat_fields(std::string_view stat) {
    std::vector<std::string_view> fields(3);
    std::size_t at = stat.rfind(')');
    while (at != std::string_view::npos &&
           (at = stat.find_first_not_of(") \n", at)) != std::string_view::npos) {
        std::size_t const end = stat.find_first_of(" \n", at);
        fields.push_back(stat.substr(at, end - at));
        at = end;
    }
    return fields;
}

std::uint64_t to_number(std::string_view text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::uint64_t count_open_fds() {
    struct Close {
        void operator()(DIR* folder) const { ::closedir(folder); }
    };
    std::unique_ptr<DIR, Close> const folder(::opendir("/proc/self/fd"));
    std::uint64_t entries = 0;
    while (folder && ::readdir(folder.get()) != nullptr) {
        ++entries;
    }
    constexpr std::uint64_t kNotOthers = 3;  // `.`, `..` and the folder itself.
    return entries > kNotOthers ? entries - kNotOthers : 0;
}

/// Of the machine, in seconds since the epoch; does not change.
std::uint64_t boot_time() {
    static std::uint64_t const time = [] {
        std::string const stat = read_file("/proc/stat");
        constexpr std::string_view kLine = "\nbtime ";
        std::size_t const at = stat.find(kLine);
        return at == std::string::npos
                   ? 0
                   : to_number(std::string_view(stat).substr(at + kLine.size()));
    }();
    return time;
}

}  // namespace
}  // namespace holdfast::telemetry
