#include "dataplane/http/syntax.hpp"

#include <algorithm>

#include "common/base/ascii.hpp"

namespace holdfast::http {
namespace {

/// Where the element that begins `text` ends: at a comma outside of quotes, or at the end.
[[nodiscard]] std::size_t element_size(std::string_view text) noexcept;

}  // namespace

bool is_token_char(char c) noexcept {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return is_alphanumeric(c) || (c != '\0' && marks.find(c) != marks.npos);
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, is_token_char);
}

bool is_field_char(char c) noexcept {
    auto const byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

int hex_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    char const lower = lower_case(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool equal_fold(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, {}, lower_case, lower_case);
}

bool starts_with_fold(std::string_view text, std::string_view prefix) noexcept {
    return equal_fold(text.substr(0, prefix.size()), prefix);
}

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t";
    auto const begin = text.find_first_not_of(blanks);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string_view next_element(std::string_view& rest) noexcept {
    std::size_t const size = element_size(rest);
    std::string_view const element = trim(rest.substr(0, size));
    rest.remove_prefix(std::min(size + 1, rest.size()));
    return element;
}

namespace {

std::size_t element_size(std::string_view text) noexcept {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') quoted = !quoted;
        if (quoted && text[i] == '\\')
            ++i;  // A quoted pair: the next byte stands for itself.
        else if (!quoted && text[i] == ',')
            return i;
    }
    return text.size();
}

}  // namespace
}  // namespace holdfast::http
