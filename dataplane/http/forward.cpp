#include "dataplane/http/forward.hpp"

#include <algorithm>
#include <array>

#include "common/base/ascii.hpp"
#include "dataplane/http/hop_by_hop.hpp"
#include "dataplane/http/syntax.hpp"

namespace holdfast::http {
namespace {

void append_target(std::string& out, RequestHead const& head, Hop const& hop);
/// Does this field speak of what only we may speak of?
[[nodiscard]] bool is_ours(std::string_view name, Trace const& trace) noexcept;
/// A field's name as CGI and WSGI servers see it, which make one variable of `X_Forwarded_For` and
/// `X-Forwarded-For`.
[[nodiscard]] bool equal_variable(std::string_view a, std::string_view b) noexcept;
void append_forwarded_for(std::string& out, Fields fields, std::string_view client);

}  // namespace

std::string forward_head(RequestHead const& head, Hop const& hop, Trace const& trace) {
    constexpr std::size_t our_fields = 512;
    std::string out;
    out.reserve(head.bytes() + our_fields);
    out.append(head.method()).append(" ");
    append_target(out, head, hop);
    out.append(" HTTP/1.1\r\n");
    for (Field const& field : head.fields()) {
        if (is_hop_by_hop(field.name, head.fields()) || is_ours(field.name, trace)) continue;
        append_field(out, field.name, equal_fold(field.name, "Host") ? head.host() : field.value);
    }
    append_field(out, "Upgrade", "websocket");
    append_field(out, "Connection", "Upgrade");
    append_forwarded_for(out, head.fields(), hop.client);
    append_field(out, "X-Forwarded-Proto", hop.scheme == Scheme::https ? "https" : "http");
    append_field(out, "X-Forwarded-Host", head.host());
    append_field(out, "X-Forwarded-Port", std::to_string(hop.port));
    append_field(out, "X-Request-Id", trace.request_id);
    append_field(out, "traceparent", trace.traceparent);
    return out.append("\r\n");
}

namespace {

void append_target(std::string& out, RequestHead const& head, Hop const& hop) {
    if (hop.rewrite) {
        out.append(replace_prefix(head.path(), *hop.rewrite));
    } else {
        out.append(head.path());
    }
    if (head.has_query()) out.append("?").append(head.query());
}

bool is_ours(std::string_view name, Trace const& trace) noexcept {
    constexpr std::array<std::string_view, 7> ours{
        "Forwarded",        "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host",
        "X-Forwarded-Port", "X-Request-Id",    "traceparent"};
    auto const same = [name](std::string_view other) { return equal_variable(name, other); };
    // The vendors' state belongs to the trace it came with.
    return std::ranges::any_of(ours, same) || (!trace.continued && same("tracestate"));
}

bool equal_variable(std::string_view a, std::string_view b) noexcept {
    auto const fold = [](char c) { return c == '_' ? '-' : lower_case(c); };
    return std::ranges::equal(a, b, {}, fold, fold);
}

void append_forwarded_for(std::string& out, Fields fields, std::string_view client) {
    constexpr std::string_view name = "X-Forwarded-For";
    out.append(name).append(": ");
    for (Field const& field : fields) {
        if (!equal_fold(field.name, name) || field.value.empty()) continue;
        out.append(field.value).append(", ");
    }
    out.append(client).append("\r\n");
}

}  // namespace
}  // namespace holdfast::http
