#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace holdfast {

/// The process is over before it began: help was asked for, or the flags are wrong.
struct EarlyExit {
    int code = 0;
    std::string out;    ///< For standard output.
    std::string error;  ///< For standard error; names the flag.
};

/// What CLI11 threw: code 0 where only help or the version was asked for, else 2.
[[nodiscard]] EarlyExit early_exit(CLI::App const& app, CLI::ParseError const& thrown);
/// Writes what there is to say; the process's exit code.
[[nodiscard]] int say(EarlyExit const& exit);

}  // namespace holdfast
