#include "dataplane/http/forward.hpp"

#include <algorithm>
#include <array>

#include "dataplane/http/hop_by_hop.hpp"
#include "dataplane/http/syntax.hpp"

namespace holdfast::http {
namespace {

[[nodiscard]] std::string target_of(RequestHead const& head, Hop const& hop);
/// Is this field replaced by one of our own?
[[nodiscard]] bool is_ours(std::string_view name, Trace const& trace) noexcept;
[[nodiscard]] std::string forwarded_for(Fields fields, std::string_view client);

}  // namespace

std::string forward_head(RequestHead const& head, Hop const& hop, Trace const& trace) {
    constexpr std::size_t our_fields = 512;
    std::string out;
    out.reserve(head.bytes() + our_fields);
    out.append(head.method()).append(" ").append(target_of(head, hop)).append(" HTTP/1.1\r\n");
    for (Field const& field : head.fields()) {
        if (is_hop_by_hop(field.name, head.fields()) || is_ours(field.name, trace)) continue;
        append_field(out, field.name, equal_fold(field.name, "Host") ? head.host() : field.value);
    }
    append_field(out, "Upgrade", "websocket");
    append_field(out, "Connection", "Upgrade");
    append_field(out, "X-Forwarded-For", forwarded_for(head.fields(), hop.client));
    append_field(out, "X-Forwarded-Proto", hop.scheme == Scheme::https ? "https" : "http");
    append_field(out, "X-Forwarded-Host", head.host());
    append_field(out, "X-Forwarded-Port", std::to_string(hop.port));
    append_field(out, "X-Request-Id", trace.request_id);
    append_field(out, "traceparent", trace.traceparent);
    return out.append("\r\n");
}

namespace {

std::string target_of(RequestHead const& head, Hop const& hop) {
    std::string target =
        hop.rewrite ? replace_prefix(head.path(), *hop.rewrite) : std::string(head.path());
    if (head.has_query()) target.append("?").append(head.query());
    return target;
}

bool is_ours(std::string_view name, Trace const& trace) noexcept {
    constexpr std::array<std::string_view, 6> ours{"X-Forwarded-For",  "X-Forwarded-Proto",
                                                   "X-Forwarded-Host", "X-Forwarded-Port",
                                                   "X-Request-Id",     "traceparent"};
    auto const same = [name](std::string_view other) { return equal_fold(name, other); };
    // The vendors' state belongs to the trace it came with.
    return std::ranges::any_of(ours, same) || (!trace.continued && same("tracestate"));
}

std::string forwarded_for(Fields fields, std::string_view client) {
    std::string list;
    for (Field const& field : fields) {
        if (!equal_fold(field.name, "X-Forwarded-For") || field.value.empty()) continue;
        list.append(field.value).append(", ");
    }
    return list.append(client);
}

}  // namespace
}  // namespace holdfast::http
