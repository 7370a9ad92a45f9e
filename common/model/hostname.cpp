#include "common/model/hostname.hpp"

#include <tuple>

#include "common/base/address.hpp"

namespace holdfast::model {
namespace {

constexpr std::size_t kLengthMax = 253;
constexpr std::string_view kWildcard = "*.";

bool is_label(std::string_view label) noexcept {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
    return !label.empty() && label.front() != '-' && label.back() != '-' &&
           label.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

bool is_hostname(std::string_view text) noexcept {
    if (text.size() > kLengthMax || ip_family(text)) {
        return false;
    }
    for (;;) {
        std::size_t const dot = text.find('.');
        if (!is_label(text.substr(0, dot))) {
            return false;
        }
        if (dot == std::string_view::npos) {
            return true;
        }
        text.remove_prefix(dot + 1);
    }
}

bool is_hostname_pattern(std::string_view text) noexcept {
    if (text.size() > kLengthMax) {
        return false;
    }
    return is_hostname(text.starts_with(kWildcard) ? text.substr(kWildcard.size()) : text);
}

bool matches_host(std::string_view pattern, std::string_view host) noexcept {
    if (pattern.empty()) {
        return true;
    }
    if (!pattern.starts_with(kWildcard)) {
        return pattern == host;
    }
    // With its dot: `*.example.com` takes neither `example.com` nor `badexample.com`.
    std::string_view const suffix = pattern.substr(1);
    return host.size() > suffix.size() && host.ends_with(suffix);
}

std::optional<std::string> intersect(std::string_view a, std::string_view b) {
    // A wildcard reads as a host whose first label is `*`, so that `*.example.com` covers
    // `*.chat.example.com` as it covers any host in it.
    if (b.empty() || matches_host(b, a)) {
        return std::string(a);
    }
    if (matches_host(a, b)) {
        return std::string(b);
    }
    return std::nullopt;
}

bool more_specific(std::string_view a, std::string_view b) noexcept {
    auto const rank = [](std::string_view pattern) {
        bool const exact = !pattern.empty() && !pattern.starts_with(kWildcard);
        return std::tuple(exact, pattern.size());
    };
    return rank(a) > rank(b);
}

}  // namespace holdfast::model
