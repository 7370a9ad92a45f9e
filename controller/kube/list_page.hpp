#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/failure.hpp"

namespace holdfast::controller::kube {

/// One answer to a list, or several of one list put together.
struct ListPage {
    std::string version;      ///< metadata.resourceVersion.
    std::string continue_at;  ///< metadata.continue; empty: nothing is left.
    std::vector<boost::json::object> items;
};

/// Errors  a Failure when `body` is no list: a proxy's answer, or cut off.
[[nodiscard]] Outcome<ListPage> parse_list(std::string_view body);

/// `namespace/name` or `name` of an object; empty when it has none.
[[nodiscard]] std::string key_of(boost::json::object const& object);
/// metadata.resourceVersion; empty when there is none.
[[nodiscard]] std::string version_of(boost::json::object const& object);
/// A resourceVersion as the number that it is (KEP-5504); 0 for none.
[[nodiscard]] std::uint64_t version_number(std::string_view version) noexcept;

}  // namespace holdfast::controller::kube
