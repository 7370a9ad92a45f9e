#include "dataplane/http/reply.hpp"

#include "common/base/assert.hpp"
#include "dataplane/http/hop_by_hop.hpp"
#include "dataplane/http/syntax.hpp"

namespace holdfast::http {
namespace {

/// The backend's fields that go on to the client. How long the body is, and which id the request
/// has, we say ourselves.
void append_end_to_end(std::string& head, Fields fields);
/// A 426 must say what to upgrade to (RFC 9110 §15.5.22).
void append_closing(std::string& head, int status);
[[nodiscard]] std::string_view phrase_of(int status) noexcept;
[[nodiscard]] std::string text_of(Error const& error);
[[nodiscard]] std::string_view retry_after(Reason reason) noexcept;

}  // namespace

std::string switching_reply(ResponseHead const& backend, std::string_view request_id) {
    std::string out = "HTTP/1.1 101 Switching Protocols\r\n";
    append_end_to_end(out, backend.fields());
    append_field(out, "Upgrade", "websocket");
    append_field(out, "Connection", "Upgrade");
    append_field(out, "X-Request-Id", request_id);
    return out.append("\r\n");
}

std::string refusal(Error const& error, std::string_view request_id) {
    int const status = info(error.reason).http_status;
    HOLDFAST_ASSERT(status != 0);
    std::string const body = text_of(error);
    std::string out = "HTTP/1.1 " + std::to_string(status) + ' ';
    out.append(phrase_of(status)).append("\r\n");
    append_field(out, "Content-Type", "text/plain; charset=utf-8");
    append_field(out, "Content-Length", std::to_string(body.size()));
    // Several of these statuses may be cached by default, 404 and 421 among them.
    append_field(out, "Cache-Control", "no-store");
    append_closing(out, status);
    append_field(out, "X-Request-Id", request_id);
    if (status == 426) append_field(out, "Sec-WebSocket-Version", "13");
    if (status == 503) append_field(out, "Retry-After", retry_after(error.reason));
    return out.append("\r\n").append(body);
}

std::string passed_reply(ResponseHead const& backend, std::string_view body,
                         std::string_view request_id) {
    int const status = backend.status();
    std::string out = "HTTP/1.1 " + std::to_string(status) + ' ';
    out.append(backend.phrase()).append("\r\n");
    append_end_to_end(out, backend.fields());
    bool const bodiless = status == 204 || status == 304;
    if (!bodiless) append_field(out, "Content-Length", std::to_string(body.size()));
    append_closing(out, status);
    append_field(out, "X-Request-Id", request_id);
    out.append("\r\n");
    if (!bodiless) out.append(body);
    return out;
}

namespace {

void append_end_to_end(std::string& head, Fields fields) {
    for (Field const& field : fields) {
        bool const ours =
            equal_fold(field.name, "Content-Length") || equal_fold(field.name, "X-Request-Id");
        if (ours || is_hop_by_hop(field.name, fields)) continue;
        append_field(head, field.name, field.value);
    }
}

void append_closing(std::string& head, int status) {
    bool const upgrade = status == 426;
    if (upgrade) append_field(head, "Upgrade", "websocket");
    append_field(head, "Connection", upgrade ? "Upgrade, close" : "close");
}

std::string text_of(Error const& error) {
    ReasonInfo const& row = info(error.reason);
    bool const client_at_fault = row.http_status < 500;
    std::string text(row.name);
    text.append(": ");
    text.append(client_at_fault && !error.detail.empty() ? std::string_view(error.detail)
                                                         : row.text);
    return text.append("\n");
}

// In seconds. Behind a drained data plane another one is ready now; the other causes take longer.
std::string_view retry_after(Reason reason) noexcept {
    return reason == Reason::draining ? "1" : "5";
}

std::string_view phrase_of(int status) noexcept {
    switch (status) {
        case 400:
            return "Bad Request";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 408:
            return "Request Timeout";
        case 421:
            return "Misdirected Request";
        case 426:
            return "Upgrade Required";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        default:
            return "";
    }
}

}  // namespace
}  // namespace holdfast::http
