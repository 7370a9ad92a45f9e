#include "controller/source/source.hpp"

namespace holdfast::controller {

std::string to_string(SourceProblem const& problem) {
    std::string text = problem.file;
    if (problem.at.line > 0) {
        text += ":" + std::to_string(problem.at.line) + ":" + std::to_string(problem.at.column);
    }
    if (!text.empty()) text += ": ";
    return text + to_string(problem.problem);
}

}  // namespace holdfast::controller
