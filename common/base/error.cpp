#include "common/base/error.hpp"

#include <boost/throw_exception.hpp>

#include <stdexcept>

namespace holdfast {

std::string to_string(Problem const& problem) {
    std::string text;
    for (std::string const* part : {&problem.object, &problem.field}) {
        if (!part->empty()) {
            text += *part;
            text += ": ";
        }
    }
    return text + problem.message;
}

std::string to_string(Error const& error) {
    std::string text{to_string(error.reason)};
    if (!error.detail.empty()) {
        text += ": " + error.detail;
    }
    if (error.cause) {
        text += " (" + error.cause.message() + ")";
    }
    return text;
}

void throw_exception_from_error(Error const& error, boost::source_location const& at) {
    boost::throw_exception(std::logic_error(to_string(error)), at);
}

void throw_exception_from_error(std::vector<Problem> const& problems,
                                boost::source_location const& at) {
    std::string text;
    for (Problem const& problem : problems) {
        text += (text.empty() ? "" : "; ") + to_string(problem);
    }
    boost::throw_exception(std::logic_error(text), at);
}

}  // namespace holdfast
