#include "controller/kube/api_status.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace json = boost::json;

namespace holdfast::controller::kube {
namespace {

/// Of a body that is not the API server's own.
constexpr std::size_t kLineMax = 200;

std::string text(json::object const& object, std::string_view name) {
    json::value const* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number(json::object const& object, std::string_view name) {
    json::value const* const value = object.if_contains(name);
    return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

}  // namespace

ApiStatus api_status(Answer const& answer) {
    boost::system::error_code error;
    json::value const body = json::parse(answer.body, error);
    ApiStatus status;
    if (!error && body.is_object() && text(body.as_object(), "kind") == "Status") {
        status = api_status(body.as_object());
    } else {
        status.message = answer.body.substr(0, std::min(answer.body.find('\n'), kLineMax));
    }
    status.code = answer.status;
    if (answer.retry_after) status.retry_after = answer.retry_after;
    return status;
}

ApiStatus api_status(json::object const& object) {
    ApiStatus status{.code = static_cast<int>(number(object, "code")),
                     .reason = text(object, "reason"),
                     .message = text(object, "message"),
                     .retry_after = std::nullopt};
    json::value const* const details = object.if_contains("details");
    if (details != nullptr && details->is_object()) {
        std::int64_t const seconds = number(details->as_object(), "retryAfterSeconds");
        if (seconds > 0) status.retry_after = std::chrono::seconds(seconds);
    }
    return status;
}

std::string to_string(ApiStatus const& status) {
    std::string result = std::to_string(status.code);
    if (!status.reason.empty()) result += ' ' + status.reason;
    if (!status.message.empty()) result += ": " + status.message;
    return result;
}

}  // namespace holdfast::controller::kube
