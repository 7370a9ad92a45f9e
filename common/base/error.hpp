#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <string>
#include <vector>

#include "common/base/reason.hpp"

namespace holdfast {

/// What we decided (`reason`), what the system or a library said (`cause`, may be empty), and
/// where (`detail`: for humans, never parsed, free of secrets).
struct Error {
    Reason reason = Reason::internal_error;
    boost::system::error_code cause;
    std::string detail;
};

/// A value, or why there is none: how errors travel on the data path.
template <class T>
using Result = boost::system::result<T, Error>;

/// One fault in what an operator wrote or a peer pushed.
///
/// `object` is how the operator calls it (`WebSocketRoute default/chat`), `field` is the path as
/// kubectl prints it (`spec.rules[0].matches[1].path.value`), `message` says what is wrong with it
/// and what would be right. Never holds a secret.
struct Problem {
    std::string object;
    std::string field;
    std::string message;

    friend bool operator==(Problem const&, Problem const&) = default;
};

/// Input is judged as a whole: either a value, or every problem found in it (at least one).
template <class T>
using Checked = boost::system::result<T, std::vector<Problem>>;

/// `object: field: message`, as logs and command-line tools print it; empty parts are left out.
[[nodiscard]] std::string to_string(Problem const& problem);
/// `reason: detail (cause)`, for logs; empty parts are left out.
[[nodiscard]] std::string to_string(Error const& error);

/// What boost::system::result calls when value() is asked of an error (found by argument-dependent
/// lookup). Throws std::logic_error: only a bug asks without looking first.
[[noreturn]] void throw_exception_from_error(Error const& error, boost::source_location const& at);
[[noreturn]] void throw_exception_from_error(std::vector<Problem> const& problems,
                                             boost::source_location const& at);

}  // namespace holdfast
