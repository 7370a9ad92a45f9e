#include "dataplane/routing/matcher.hpp"

#include <algorithm>

#include "dataplane/http/syntax.hpp"

namespace holdfast::routing {
namespace {

[[nodiscard]] bool matches_header(model::NameValue const& wanted,
                                  RequestView const& request) noexcept;
[[nodiscard]] bool matches_parameter(model::NameValue const& wanted,
                                     std::string_view query) noexcept;
/// Is `encoded` the encoded form of `plain`?
[[nodiscard]] bool decodes_to(std::string_view encoded, std::string_view plain) noexcept;

}  // namespace

bool matches_path(model::PathMatch const& match, std::string_view path) noexcept {
    std::string_view value = match.value;
    if (match.type == model::PathMatchType::exact) return path == value;
    if (value.ends_with('/')) value.remove_suffix(1);
    if (!path.starts_with(value)) return false;
    return path.size() == value.size() || path[value.size()] == '/';
}

bool matches_conditions(model::Match const& match, RequestView const& request) noexcept {
    auto const offered = [&request](std::string const& name) {
        return std::ranges::find(request.subprotocols, name) != request.subprotocols.end();
    };
    return std::ranges::all_of(
               match.headers,
               [&](auto const& wanted) { return matches_header(wanted, request); }) &&
           std::ranges::all_of(
               match.query_params,
               [&](auto const& wanted) { return matches_parameter(wanted, request.query); }) &&
           (match.subprotocols.empty() || std::ranges::any_of(match.subprotocols, offered));
}

namespace {

bool matches_header(model::NameValue const& wanted, RequestView const& request) noexcept {
    constexpr std::string_view joint = ", ";
    std::string_view rest = wanted.value;  // What the lines still to come must make up.
    bool found = false;
    for (RequestView::Header const& header : request.headers) {
        if (!http::equal_fold(header.name, wanted.name)) continue;
        if (found && !rest.starts_with(joint)) return false;
        if (found) rest.remove_prefix(joint.size());
        if (!rest.starts_with(header.value)) return false;
        rest.remove_prefix(header.value.size());
        found = true;
    }
    return found && rest.empty();
}

bool matches_parameter(model::NameValue const& wanted, std::string_view query) noexcept {
    while (!query.empty()) {
        std::string_view const pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        std::size_t const mark = std::min(pair.find('='), pair.size());
        if (!decodes_to(pair.substr(0, mark), wanted.name)) continue;
        return decodes_to(pair.substr(std::min(mark + 1, pair.size())), wanted.value);
    }
    return false;
}

bool decodes_to(std::string_view encoded, std::string_view plain) noexcept {
    while (!encoded.empty() && !plain.empty()) {
        char c = encoded.front() == '+' ? ' ' : encoded.front();
        std::size_t size = 1;
        if (c == '%' && encoded.size() >= 3) {
            int const high = http::hex_value(encoded[1]);
            int const low = http::hex_value(encoded[2]);
            if (high >= 0 && low >= 0) {
                c = static_cast<char>(high * 16 + low);
                size = 3;
            }
        }
        if (c != plain.front()) return false;
        encoded.remove_prefix(size);
        plain.remove_prefix(1);
    }
    return encoded.empty() && plain.empty();
}

}  // namespace
}  // namespace holdfast::routing
