#include "controller/source/cel_rules.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "common/base/ascii.hpp"
#include "common/base/duration.hpp"
#include "controller/source/fields.hpp"

namespace holdfast::controller {

namespace {

bool parent_refs_are_distinct(Value const& self);
bool rule_names_are_unique(Value const& self);
bool is_no_ip_address(Value const& self);
bool starts_with_slash(Value const& self);
bool has_no_odd_segment(Value const& self);
bool has_no_dot_segment_at_end(Value const& self);
bool holds_path_characters(Value const& self);
bool header_names_differ(Value const& self);
bool rewrites_prefixes_only(Value const& self);
bool connect_is_positive(Value const& self);
bool connect_fits_handshake(Value const& self);
bool is_a_day_at_most(Value const& self);
bool names_no_default_port(Value const& self);
bool brackets_hold_ipv6(Value const& self);

constexpr std::array kTwins{
    CelTwin{"parentRefs must be distinct", parent_refs_are_distinct},
    CelTwin{"rule names must be unique", rule_names_are_unique},
    CelTwin{"must be a host name, not an IP address", is_no_ip_address},
    CelTwin{"must start with '/'", starts_with_slash},
    CelTwin{"must not contain '//', '/./', '/../', '%2f', '%2F' or '#'", has_no_odd_segment},
    CelTwin{"must not end in '/.' or '/..'", has_no_dot_segment_at_end},
    CelTwin{"must hold path characters only (RFC 3986), others percent-encoded",
            holds_path_characters},
    CelTwin{"header names must differ by more than case", header_names_differ},
    CelTwin{"replacePrefixMatch needs type PathPrefix in every match of the rule",
            rewrites_prefixes_only},
    CelTwin{"must be longer than 0s", connect_is_positive},
    CelTwin{"must not exceed timeouts.handshake", connect_fits_handshake},
    CelTwin{"must not exceed 24h", is_a_day_at_most},
    CelTwin{"must not name the scheme's default port, which browsers leave out",
            names_no_default_port},
    CelTwin{"must hold an IPv6 address between the brackets", brackets_hold_ipv6},
};

}  // namespace

std::span<CelTwin const> cel_twins() noexcept { return kTwins; }

CelTwin const* find_cel_twin(std::string_view message) noexcept {
    auto const twin = std::ranges::find(kTwins, message, &CelTwin::message);
    return twin == kTwins.end() ? nullptr : &*twin;
}

namespace {

bool parent_refs_are_distinct(Value const& self) {
    using Identity =
        std::tuple<std::string, std::string, std::string, std::string, std::string, std::int64_t>;
    std::set<Identity> seen;
    return std::ranges::all_of(self.items, [&seen](Value const& ref) {
        return seen
            .emplace(text_field(ref, "group"), text_field(ref, "kind"), text_field(ref, "name"),
                     text_field(ref, "namespace"), text_field(ref, "sectionName"),
                     integer_field<std::int64_t>(ref, "port"))
            .second;
    });
}

bool rule_names_are_unique(Value const& self) {
    std::set<std::string_view> seen;
    return std::ranges::all_of(self.items, [&seen](Value const& rule) {
        Value const* const name = rule.find("name");
        return name == nullptr || seen.insert(name->text).second;
    });
}

/// A last label of digits makes every reader of URLs take the whole for an IPv4 address.
bool is_no_ip_address(Value const& self) {
    std::string_view const text = self.text;
    std::string_view const last = text.substr(text.rfind('.') + 1);  // npos + 1 is 0.
    return last.find_first_not_of("0123456789") != last.npos;
}

bool starts_with_slash(Value const& self) { return self.text.starts_with('/'); }

bool has_no_odd_segment(Value const& self) {
    constexpr std::array<std::string_view, 6> odd{"//", "/./", "/../", "%2f", "%2F", "#"};
    return std::ranges::none_of(
        odd, [&self](std::string_view part) { return self.text.find(part) != std::string::npos; });
}

bool has_no_dot_segment_at_end(Value const& self) {
    return !self.text.ends_with("/.") && !self.text.ends_with("/..");
}

bool holds_path_characters(Value const& self) {
    constexpr std::string_view others = "-/._~!$&'()*+,;=:@#";
    std::string_view const text = self.text;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
            i += 2;
        } else if (!is_alphanumeric(text[i]) && others.find(text[i]) == others.npos) {
            return false;
        }
    }
    return true;
}

bool header_names_differ(Value const& self) {
    std::set<std::string> seen;
    return std::ranges::all_of(self.items, [&seen](Value const& header) {
        return seen.insert(to_lower(text_field(header, "name"))).second;
    });
}

bool rewrites_prefixes_only(Value const& self) {
    Value const* const matches = self.find("matches");
    if (self.find("rewrite") == nullptr || matches == nullptr) return true;
    return std::ranges::all_of(matches->items, [](Value const& match) {
        Value const* const path = match.find("path");
        return path != nullptr && text_field(*path, "type") == "PathPrefix";
    });
}

bool connect_is_positive(Value const& self) {
    return duration_field(self, "connect") > std::chrono::milliseconds{0};
}

bool connect_fits_handshake(Value const& self) {
    return duration_field(self, "connect") <= duration_field(self, "handshake");
}

bool is_a_day_at_most(Value const& self) {
    return parse_duration(self.text).value_or(std::chrono::hours{25}) <= std::chrono::hours{24};
}

bool names_no_default_port(Value const& self) {
    std::string_view const text = self.text;
    return !(text.starts_with("https://") && text.ends_with(":443")) &&
           !(text.starts_with("http://") && text.ends_with(":80"));
}

/// An IPv4 address inside an IPv6 one is none to the API server either.
bool brackets_hold_ipv6(Value const& self) {
    std::size_t const begin = self.text.find('[');
    if (begin == std::string::npos) return true;
    std::string const text = self.text.substr(begin + 1, self.text.find(']') - begin - 1);
    in6_addr address{};
    return ::inet_pton(AF_INET6, text.c_str(), &address) == 1 && !IN6_IS_ADDR_V4MAPPED(&address);
}

}  // namespace

}  // namespace holdfast::controller
