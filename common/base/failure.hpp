#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <string>

namespace holdfast {

/// Why the process could not do something for itself: listen, read a file, keep a stream to its
/// controller. What ends a session or a handshake is an Error, which has a Reason.
struct Failure {
    boost::system::error_code cause;  ///< What the system or a library said; may be empty.
    std::string detail;               ///< What was tried, on what; for humans, free of secrets.
};

/// A value, or why the process has none.
template <class T>
using Outcome = boost::system::result<T, Failure>;

/// `detail (cause)`, for logs; an empty cause is left out.
[[nodiscard]] std::string to_string(Failure const& failure);

/// As for Error (common/base/error.hpp): only a bug takes a value without looking first.
[[noreturn]] void throw_exception_from_error(Failure const& failure,
                                             boost::source_location const& at);

}  // namespace holdfast
