#include "dataplane/http/request_head.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "common/base/limits.hpp"
#include "dataplane/http/fault.hpp"
#include "dataplane/http/path.hpp"
#include "dataplane/http/syntax.hpp"

namespace holdfast::http {
namespace {

constexpr HeadScanner::Limits kLimits{limits::request_head_bytes_max, limits::header_fields_max};

/// What follows the scheme of a target in absolute form; nothing for other forms.
[[nodiscard]] std::optional<std::string_view> behind_scheme(std::string_view target) noexcept;
/// Path and query may hold any byte that cannot end the request line or start a fragment.
[[nodiscard]] bool is_target_char(char c) noexcept;

}  // namespace

RequestHead::RequestHead() : scanner_(kLimits) {}

Result<Fed> RequestHead::feed(std::string_view bytes) {
    auto const [state, consumed] = scanner_.scan(bytes);
    switch (state) {
        case HeadScanner::State::need_more:
            return Fed{Fed::State::need_more, consumed};
        case HeadScanner::State::malformed:
            return bad_request(scanner_.fault());
        case HeadScanner::State::too_large:
            return Error{
                Reason::head_too_large, {}, std::string(info(Reason::head_too_large).text)};
        case HeadScanner::State::complete:
            break;
    }
    if (auto const read_all = read(); !read_all) return read_all.error();
    return Fed{Fed::State::complete, consumed};
}

Result<void> RequestHead::read() {
    if (auto const line = read_start_line(); !line) return line;
    return read_host();
}

Result<void> RequestHead::read_start_line() {
    std::string_view const line = scanner_.start_line();
    std::size_t const first = line.find(' ');
    std::size_t const last = line.rfind(' ');
    if (first == line.npos || first == last) return bad_request("not a request line");
    method_ = line.substr(0, first);
    if (!is_token(method_)) return bad_request("method is not a token");
    std::string_view const version = line.substr(last + 1);
    if (version != "HTTP/1.1") return bad_request("version is not HTTP/1.1");
    return read_target(line.substr(first + 1, last - first - 1));
}

Result<void> RequestHead::read_target(std::string_view target) {
    if (!std::ranges::all_of(target, is_target_char)) {
        return bad_request("request target holds a space or a fragment");
    }
    if (auto const rest = behind_scheme(target)) {
        host_ = rest->substr(0, rest->find_first_of("/?"));
        if (host_.empty() || host_.find('@') != host_.npos) {
            return bad_request("authority of the request target is not a host");
        }
        target = rest->substr(host_.size());
    } else if (!target.starts_with('/')) {
        return bad_request("request target is neither a path nor an http URL");
    }
    std::size_t const mark = target.find('?');
    has_query_ = mark != target.npos;
    query_ = has_query_ ? target.substr(mark + 1) : std::string_view{};
    path_ = target.substr(0, mark);
    if (path_.empty()) path_ = "/";
    if (has_dot_segments(path_)) return bad_request("request target has dot segments");
    return {};
}

Result<void> RequestHead::read_host() {
    Field const* const host = sole_field(fields(), "Host");
    if (host == nullptr) {
        bool const missing = find_field(fields(), "Host") == nullptr;
        return Error{Reason::bad_host, {}, missing ? "Host is missing" : "Host comes twice"};
    }
    // The target's authority outranks the field (RFC 9112 §3.2.2).
    if (host_.empty()) host_ = host->value;
    return {};
}

namespace {

std::optional<std::string_view> behind_scheme(std::string_view target) noexcept {
    for (std::string_view const scheme : {"http://", "https://", "ws://", "wss://"}) {
        if (starts_with_fold(target, scheme)) return target.substr(scheme.size());
    }
    return std::nullopt;
}

bool is_target_char(char c) noexcept {
    return is_field_char(c) && c != ' ' && c != '\t' && c != '#';
}

}  // namespace
}  // namespace holdfast::http
