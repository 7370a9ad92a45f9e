#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>

#include "controller/source/any_object.hpp"

namespace holdfast::controller::kube {

/// What the API server holds of an object whose status is ours to write.
struct StoredStatus {
    ObjectId id;
    std::string api_version;
    std::string uid;
    std::string resource_version;
    std::int64_t generation = 0;
    boost::json::object status;  ///< Empty when there is none yet.
};

}  // namespace holdfast::controller::kube
