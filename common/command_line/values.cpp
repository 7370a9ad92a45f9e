#include "common/command_line/values.hpp"

#include <unistd.h>

#include <array>

#include "common/base/duration.hpp"

namespace holdfast {
namespace {

constexpr char const* kLogLevel = "--log-level";

}  // namespace

void declare_log_level(CLI::App& app, std::string& text) {
    app.add_option(kLogLevel, text, "debug, info, warning or error")
        ->type_name("LEVEL")
        ->capture_default_str();
}

log::Level to_log_level(std::string const& text) {
    log::Level level{};
    if (log::parse_level(text, level)) return level;
    throw CLI::ValidationError(kLogLevel, "must be debug, info, warning or error, not " + text);
}

Address to_address(std::string const& flag, std::string const& text) {
    auto const address = parse_address(text);
    if (address && ip_family(address->host)) return *address;
    throw CLI::ValidationError(
        flag,
        "must be an IP address and a port, such as 127.0.0.1:19000 or [::]:18000, not " + text);
}

std::chrono::milliseconds to_duration(std::string const& flag, std::string const& text) {
    if (auto const duration = parse_duration(text)) return *duration;
    throw CLI::ValidationError(flag, "must be a duration such as 15s, not " + text);
}

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

}  // namespace holdfast
