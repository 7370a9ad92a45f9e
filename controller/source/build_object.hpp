#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <vector>

#include "controller/source/any_object.hpp"
#include "controller/source/kinds.hpp"
#include "controller/source/value.hpp"

namespace holdfast::controller {

/// Who wrote a document.
enum class Author : std::uint8_t {
    person,      ///< A field that nobody reads is a typo.
    api_server,  ///< It has been judged by its own schema, which may be newer than ours.
};

/// An object from its document: `metadata` and the rest held to their schemas, `status` left out.
/// Errors  every fault at once; at least one.
[[nodiscard]] boost::system::result<Object, std::vector<Fault>> build_object(Kind const& kind,
                                                                             Value document,
                                                                             Author author);

}  // namespace holdfast::controller
