#include "common/command_line/early_exit.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <sstream>

namespace holdfast {

EarlyExit early_exit(CLI::App const& app, CLI::ParseError const& thrown) {
    std::ostringstream out;
    std::ostringstream error;
    int const code = app.exit(thrown, out, error);
    return {code == 0 ? 0 : 2, out.str(), error.str()};
}

int say(EarlyExit const& exit) {
    std::fputs(exit.out.c_str(), stdout);
    std::fputs(exit.error.c_str(), stderr);
    return exit.code;
}

}  // namespace holdfast
