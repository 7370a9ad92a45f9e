#include "dataplane/serving/session_json.hpp"

#include "common/base/clock.hpp"

namespace holdfast {

boost::json::object to_json(relay::SessionView const& session) {
    auto const& terms = session.terms;
    auto const& labels = session.labels;
    return {{"id", session.id},
            {"started", format_time(session.started)},
            {"state", session.state},
            {"quiet_ms", session.quiet.count()},
            {"request_id", labels.request_id},
            {"client", labels.client},
            {"listener", terms.listener},
            {"host", labels.host},
            {"path", labels.path},
            {"route", terms.route},
            {"rule", terms.rule},
            {"backend", labels.backend},
            {"endpoint", labels.endpoint},
            {"subprotocol", labels.subprotocol},
            {"bytes_from_client", session.bytes_from_client},
            {"bytes_to_client", session.bytes_to_client},
            {"messages_from_client", session.messages_from_client},
            {"messages_to_client", session.messages_to_client}};
}

}  // namespace holdfast
