#include "common/base/assert.hpp"

#include <cstdlib>

#include "common/base/log.hpp"

namespace holdfast {

void assertion_failed(char const* condition, std::source_location at) noexcept {
    log::error("assertion failed", {{"condition", condition},
                                    {"file", at.file_name()},
                                    {"line", at.line()},
                                    {"function", at.function_name()}});
    log::flush();
    std::abort();
}

}  // namespace holdfast
