#include "controller/source/scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "common/base/ascii.hpp"

namespace holdfast::controller {

namespace {

bool is_one_of(std::string_view text, std::span<std::string_view const> words);
bool looks_numeric(std::string_view text);
bool is_plain_decimal(std::string_view text);
void read_number(Value& value);

constexpr std::array<std::string_view, 5> kNull{"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 3> kTrue{"true", "True", "TRUE"};
constexpr std::array<std::string_view, 3> kFalse{"false", "False", "FALSE"};
constexpr std::array<std::string_view, 16> kAmbiguous{"y",  "Y",   "yes", "Yes", "YES", "n",
                                                      "N",  "no",  "No",  "NO",  "on",  "On",
                                                      "ON", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 6> kNoNumber{".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"};

}  // namespace

Value plain_scalar(std::string text, Position at) {
    Value value(Value::Kind::string, at);
    value.text = std::move(text);
    std::string_view const word = value.text;
    if (is_one_of(word, kNull)) {
        value.kind = Value::Kind::null;
    } else if (is_one_of(word, kTrue) || is_one_of(word, kFalse)) {
        value.kind = Value::Kind::boolean;
        value.boolean = is_one_of(word, kTrue);
    } else if (is_one_of(word, kAmbiguous)) {
        value.kind = Value::Kind::ambiguous;
    } else if (is_plain_decimal(word)) {
        read_number(value);
    } else {
        value.kind = looks_numeric(word) ? Value::Kind::ambiguous : Value::Kind::string;
    }
    return value;
}

Value string_scalar(std::string text, Position at) {
    Value value(Value::Kind::string, at);
    value.text = std::move(text);
    return value;
}

namespace {

bool is_one_of(std::string_view text, std::span<std::string_view const> words) {
    return std::ranges::find(words, text) != words.end();
}

/// A JSON number (RFC 8259 §6): what every reader takes the same way.
bool is_plain_decimal(std::string_view text) {
    auto const skip_digits = [&text] {
        std::size_t const count = std::min(text.find_first_not_of("0123456789"), text.size());
        text.remove_prefix(count);
        return count;
    };
    if (text.starts_with('-')) text.remove_prefix(1);
    bool const leading_zero = text.starts_with('0');
    std::size_t const digits = skip_digits();
    if (digits == 0 || (leading_zero && digits > 1)) return false;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (skip_digits() == 0) return false;
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
        if (skip_digits() == 0) return false;
    }
    return text.empty();
}

/// Not a JSON number, but a number to a reader of YAML 1.1: signs, underscores, other bases,
/// leading zeros, a missing digit beside the point.
bool looks_numeric(std::string_view text) {
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (is_one_of(text, kNoNumber)) return true;
    bool const based = text.starts_with("0x") || text.starts_with("0X") || text.starts_with("0o") ||
                       text.starts_with("0b") || text.starts_with("0B") || text.starts_with("0O");
    if (based) {
        return text.size() > 2 && text.find_first_not_of("0123456789abcdefABCDEF_", 2) == text.npos;
    }
    std::size_t const exponent = text.find_first_of("eE");
    std::string_view const mantissa = text.substr(0, exponent);
    if (std::ranges::none_of(mantissa, is_digit) || std::ranges::count(mantissa, '.') > 1 ||
        mantissa.starts_with('_') || mantissa.find_first_not_of("0123456789._") != mantissa.npos) {
        return false;
    }
    if (exponent == text.npos) return true;
    std::string_view power = text.substr(exponent + 1);
    if (power.starts_with('+') || power.starts_with('-')) power.remove_prefix(1);
    return !power.empty() && std::ranges::all_of(power, is_digit);
}

/// `8080.0` and `8e3` are integers, as they are to kubectl, which hands on JSON.
void read_number(Value& value) {
    constexpr double exact_max = 9007199254740992.0;  // 2^53: below it a double is exact.
    char const* const end = value.text.data() + value.text.size();
    auto const [stop, error] = std::from_chars(value.text.data(), end, value.integer);
    if (error == std::errc{} && stop == end) {
        value.kind = Value::Kind::integer;
        return;
    }
    double number = 0;
    auto const result = std::from_chars(value.text.data(), end, number);
    bool const exact = result.ec == std::errc{} && std::abs(number) <= exact_max;
    value.kind = Value::Kind::number;
    value.integer = 0;
    if (exact && std::trunc(number) == number) {
        value.kind = Value::Kind::integer;
        value.integer = static_cast<std::int64_t>(number);
    }
}

}  // namespace

}  // namespace holdfast::controller
