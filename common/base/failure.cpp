#include "common/base/failure.hpp"

#include <boost/throw_exception.hpp>

#include <stdexcept>

namespace holdfast {

std::string to_string(Failure const& failure) {
    return failure.cause ? failure.detail + " (" + failure.cause.message() + ")" : failure.detail;
}

void throw_exception_from_error(Failure const& failure, boost::source_location const& at) {
    boost::throw_exception(std::logic_error(to_string(failure)), at);
}

}  // namespace holdfast
