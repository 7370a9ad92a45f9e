#include "controller/kube/api_status.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdint>

#include "controller/kube/json_members.hpp"

namespace json = boost::json;

namespace holdfast::controller::kube {
namespace {

/// Of a body that is not the API server's own.
constexpr std::size_t kLineMax = 200;

}  // namespace

ApiStatus api_status(Answer const& answer) {
    boost::system::error_code error;
    json::value const body = json::parse(answer.body, error);
    ApiStatus status;
    if (!error && body.is_object() && text_member(&body.get_object(), "kind") == "Status") {
        status = api_status(body.get_object());
    } else {
        status.message = answer.body.substr(0, std::min(answer.body.find('\n'), kLineMax));
    }
    status.code = answer.status;
    if (answer.retry_after) status.retry_after = answer.retry_after;
    return status;
}

ApiStatus api_status(json::object const& object) {
    ApiStatus status{.code = static_cast<int>(number_member(&object, "code")),
                     .reason = text_member(&object, "reason"),
                     .message = text_member(&object, "message"),
                     .retry_after = std::nullopt};
    std::int64_t const seconds =
        number_member(object_member(&object, "details"), "retryAfterSeconds");
    if (seconds > 0) status.retry_after = std::chrono::seconds(seconds);
    return status;
}

std::string to_string(ApiStatus const& status) {
    std::string result = std::to_string(status.code);
    if (!status.reason.empty()) result += ' ' + status.reason;
    if (!status.message.empty()) result += ": " + status.message;
    return result;
}

}  // namespace holdfast::controller::kube
