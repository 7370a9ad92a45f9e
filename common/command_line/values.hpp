#pragma once

#include <CLI/CLI.hpp>

#include <chrono>
#include <string>

#include "common/base/address.hpp"
#include "common/base/log.hpp"

/// Values that the flags of both programs have in common; which flags there are is each program's
/// own. A text that is none is refused by throwing CLI::ValidationError, which names the flag.
namespace holdfast {

/// Declares `--log-level`. `text` holds the default, and outlives the parsing.
void declare_log_level(CLI::App& app, std::string& text);
[[nodiscard]] log::Level to_log_level(std::string const& text);
/// An IP address and a port, to listen on.
[[nodiscard]] Address to_address(std::string const& flag, std::string const& text);
[[nodiscard]] std::chrono::milliseconds to_duration(std::string const& flag,
                                                    std::string const& text);

/// This machine's, or the pod's.
[[nodiscard]] std::string host_name();

}  // namespace holdfast
