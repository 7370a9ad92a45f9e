#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace holdfast::model {

/// SHA-256 of a JSON value, in lower-case hex: of what it says, not of how it is written. Equal
/// values have equal digests whatever the order of their members, their whitespace and their
/// escapes were.
///
/// Form    hashed is the value written anew: `n`, `t` and `f` for null, true and false; `i` and
///         the decimal digits of an integer, `d` and the shortest form of a fraction, each with a
///         `;` behind it; `s`, the length in bytes, `:` and the bytes of a string; `a` or `o`, the
///         count of items or members, `:` and these, members sorted by the bytes of their names.
///         It is part of the push protocol (docs/push-protocol.md): changing it makes releases
///         refuse each other's tables.
/// Input   as parsed: no deeper than limits::push_depth_max.
[[nodiscard]] std::string digest(boost::json::value const& json);

}  // namespace holdfast::model
