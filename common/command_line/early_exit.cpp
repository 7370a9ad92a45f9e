#include "common/command_line/early_exit.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

namespace holdfast {

EarlyExit early_exit(CLI::App const& app, CLI::ParseError const& thrown) {
    std::ostringstream out;
    std::ostringstream error;
    // A misspelt flag is the cause of the one that is missing then.
    bool const missing = dynamic_cast<CLI::RequiredError const*>(&thrown) != nullptr;
    std::vector<std::string> const unknown = app.remaining(true);
    int const code = missing && !unknown.empty()
                         ? app.exit(CLI::ExtrasError(app.get_name(), unknown), out, error)
                         : app.exit(thrown, out, error);
    return {code == 0 ? 0 : 2, out.str(), error.str()};
}

int say(EarlyExit const& exit) {
    std::fputs(exit.out.c_str(), stdout);
    std::fputs(exit.error.c_str(), stderr);
    return exit.code;
}

}  // namespace holdfast
