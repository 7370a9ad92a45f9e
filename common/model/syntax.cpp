#include "common/model/syntax.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "common/base/address.hpp"
#include "common/base/ascii.hpp"
#include "common/base/utf8.hpp"
#include "common/model/hostname.hpp"

namespace holdfast::model {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t kNameLengthMax = 253;
constexpr std::size_t kLabelLengthMax = 63;
constexpr std::size_t kPathLengthMax = 1024;

bool is_port(std::string_view text) noexcept;
bool is_origin_host(std::string_view text) noexcept;
bool has_path_characters(std::string_view text) noexcept;

}  // namespace

bool is_name(std::string_view text) noexcept {
    auto const allowed = [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '.'; };
    if (text.empty() || text.size() > kNameLengthMax || !std::ranges::all_of(text, allowed)) {
        return false;
    }
    // Every label begins and ends with a letter or digit.
    char previous = '.';
    for (char const c : text) {
        bool const begins = previous == '.' && (c == '-' || c == '.');
        bool const ends = previous == '-' && c == '.';
        if (begins || ends) {
            return false;
        }
        previous = c;
    }
    return previous != '-' && previous != '.';
}

bool is_object_key(std::string_view text) noexcept {
    std::size_t const slash = text.find('/');
    return slash != npos && is_name(text.substr(0, slash)) && is_name(text.substr(slash + 1));
}

bool is_backend_key(std::string_view text) noexcept {
    std::size_t const colon = text.rfind(':');
    return colon != npos && is_object_key(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

bool is_token(std::string_view text) noexcept {
    auto const allowed = [](char c) {
        return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != npos;
    };
    return !text.empty() && std::ranges::all_of(text, allowed);
}

bool is_printable(std::string_view text) noexcept {
    bool const has_control = std::ranges::any_of(text, [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7f;
    });
    return !has_control && is_utf8(text);
}

bool is_label_key(std::string_view text) noexcept {
    std::size_t const slash = text.find('/');
    if (slash == npos) {
        return !text.empty() && is_label_value(text);
    }
    std::string_view const name = text.substr(slash + 1);
    return is_name(text.substr(0, slash)) && !name.empty() && is_label_value(name);
}

bool is_label_value(std::string_view text) noexcept {
    auto const allowed = [](char c) {
        return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
    };
    return text.empty() || (text.size() <= kLabelLengthMax && std::ranges::all_of(text, allowed) &&
                            is_alphanumeric(text.front()) && is_alphanumeric(text.back()));
}

bool is_timestamp(std::string_view text) noexcept {
    constexpr std::string_view form = "0000-00-00T00:00:00Z";
    return std::ranges::equal(
        text, form, [](char c, char wanted) { return wanted == '0' ? is_digit(c) : c == wanted; });
}

bool is_path_match(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 5> forbidden{"//", "/./", "/../", "%2f", "%2F"};
    auto const in_text = [text](std::string_view part) { return text.find(part) != npos; };
    return text.starts_with('/') && text.size() <= kPathLengthMax &&
           !std::ranges::any_of(forbidden, in_text) && !text.ends_with("/..") &&
           !text.ends_with("/.") && has_path_characters(text);
}

bool is_origin(std::string_view text) noexcept {
    std::size_t const end = text.find("://");
    if (end == npos) {
        return false;
    }
    std::string_view const scheme = text.substr(0, end);
    bool const scheme_good =
        !scheme.empty() && is_lower(scheme.front()) && std::ranges::all_of(scheme, [](char c) {
            return is_lower(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
        });
    std::string_view authority = text.substr(end + 3);
    std::size_t const colon = authority.rfind(':');
    bool const has_port = colon != npos && !authority.ends_with(']');
    if (has_port && !is_port(authority.substr(colon + 1))) {
        return false;
    }
    return scheme_good && is_origin_host(authority.substr(0, has_port ? colon : authority.size()));
}

namespace {

bool is_port(std::string_view text) noexcept {
    std::uint16_t port = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size() && text.front() != '0';
}

bool is_origin_host(std::string_view text) noexcept {
    if (text.starts_with('[') && text.ends_with(']')) {
        return ip_family(text.substr(1, text.size() - 2)) == IpFamily::v6;
    }
    return is_hostname(text) || ip_family(text) == IpFamily::v4;
}

bool has_path_characters(std::string_view text) noexcept {
    constexpr std::string_view marks = "-/._~!$&'()*+,;=:@";
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) {
                return false;
            }
            i += 2;
        } else if (!is_alphanumeric(text[i]) && marks.find(text[i]) == npos) {
            return false;
        }
    }
    return true;
}

}  // namespace
}  // namespace holdfast::model
