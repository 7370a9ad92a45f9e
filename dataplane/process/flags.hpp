#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/address.hpp"
#include "common/base/log.hpp"
#include "common/command_line/early_exit.hpp"
#include "dataplane/control/drain.hpp"
#include "dataplane/control/push_options.hpp"

namespace holdfast {

/// What the command line of holdfast-dataplane says, with defaults filled in.
struct Flags {
    std::vector<ControllerAddress> controllers;  ///< At least one.
    std::string gateway;                         ///< `namespace/name`.
    std::string node;                            ///< The host's name by default.
    std::optional<PushTlsFiles> tls;             ///< Set when any controller is dialled by TCP.
    std::string bind = "::";                     ///< Where listeners bind.
    Address admin_listen{"127.0.0.1", 19000};
    Address probes_listen{"0.0.0.0", 19001};
    int workers = 0;  ///< At least 1; by default what the cgroup grants.
    control::DrainTimes drain;
    std::string state_dir;  ///< Empty: the last good table is not kept on disk.
    std::string access_log = "-";
    log::Level log_level = log::Level::info;
};

[[nodiscard]] std::variant<Flags, EarlyExit> parse_flags(int argc, char const* const* argv);

}  // namespace holdfast
