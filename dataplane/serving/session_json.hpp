#pragma once

#include <boost/json/object.hpp>

#include "dataplane/relay/session.hpp"

namespace holdfast {

/// One session as `/sessions` shows it; fields are named as in the access log.
[[nodiscard]] boost::json::object to_json(relay::SessionView const& session);

}  // namespace holdfast
