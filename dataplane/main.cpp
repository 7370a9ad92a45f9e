#include <csignal>
#include <exception>
#include <utility>
#include <variant>

#include "common/base/log.hpp"
#include "dataplane/process/flags.hpp"
#include "dataplane/process/server.hpp"
#include "dataplane/telemetry/access_log.hpp"

namespace holdfast {
namespace {

int main_guarded(int argc, char** argv) {
    auto parsed = parse_flags(argc, argv);
    if (auto const* const exit = std::get_if<EarlyExit>(&parsed)) return say(*exit);
    auto& flags = std::get<Flags>(parsed);
    log::set_level(flags.log_level);
    std::signal(SIGPIPE, SIG_IGN);  // A peer that is gone is an error code, not a death.
    std::signal(SIGHUP, SIG_IGN);   // Everything that may change is pushed or re-read.
    try {
        auto access_log = telemetry::open_access_log(flags.access_log);
        if (!access_log) {
            log::error("cannot start", {{"error", to_string(access_log.error())}});
            return 1;
        }
        Server server(std::move(flags), std::move(*access_log));
        return server.run();
    } catch (std::exception const& failure) {
        log::error("data plane failed", {{"error", failure.what()}});
        return 1;
    }
}

}  // namespace
}  // namespace holdfast

int main(int argc, char** argv) {
    int const code = holdfast::main_guarded(argc, argv);
    holdfast::log::flush();
    return code;
}
