#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/source/any_object.hpp"

namespace holdfast::controller::kube {

/// What the API server holds of an object whose status is ours to write.
struct StoredStatus {
    ObjectId id;
    std::string path;  ///< Of the object in the API, without a query.
    std::string api_version;
    std::string uid;
    std::string resource_version;
    std::int64_t generation = 0;
    boost::json::object status;  ///< Empty when there is none yet.
};

/// Takes resourceVersion, generation and status from a newer state of the object, as a GET or PATCH
/// answers. False, and nothing is changed, when it is not that: no object, or another of the name.
[[nodiscard]] bool refresh(StoredStatus& stored, std::string_view body);

}  // namespace holdfast::controller::kube
