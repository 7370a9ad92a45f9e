#include <algorithm>
#include <array>
#include <set>

#include "common/model/syntax.hpp"
#include "common/model/validate_parts.hpp"

namespace holdfast::model {
namespace {

constexpr std::uint32_t kWeightMax = 1'000'000;
constexpr std::size_t kHeaderValueLengthMax = 4096;
constexpr std::size_t kQueryValueLengthMax = 256 * 4;  // The CRD's 256 characters in UTF-8.
/// Four groups of 99,999 h are the longest duration a manifest can say; a deadline that far away
/// still fits the clock's 64 bits.
constexpr Milliseconds kDurationMax = std::chrono::hours(4 * 99'999);

/// Headers and query parameters differ in what they may be called and how long a value may be.
struct PairRules {
    bool (*name_good)(std::string_view) noexcept;
    std::string_view name_form;
    std::size_t value_length_max;
};

bool is_header_name(std::string_view text) noexcept;
void validate_match(Match const& match, Place const& place);
void validate_pairs(std::vector<NameValue> const& pairs, PairRules const& rules,
                    Place const& place);
void validate_backends(Rule const& rule, Table const& table, Place const& place);
void validate_replace_prefix(Rule const& rule, Place const& place);
void validate_timeouts(Timeouts const& timeouts, Place const& place);
void validate_duration(Milliseconds duration, Milliseconds min, Place const& place);
void validate_code(std::uint16_t code, std::array<std::uint16_t, 2> allowed, Place const& place);

constexpr PairRules kHeaderRules{is_header_name, "a header name in lower case",
                                 kHeaderValueLengthMax};
constexpr PairRules kQueryRules{is_token, "a name of letters, digits and !#$%&'*+-.^_`|~",
                                kQueryValueLengthMax};

}  // namespace

void validate_rule(Rule const& rule, Table const& table, Place const& place) {
    Place const matches(place, "matches");
    if (rule.matches.empty()) {
        matches.problem("must hold at least one match");
    }
    for (std::size_t i = 0; i < rule.matches.size(); ++i) {
        validate_match(rule.matches[i], Place(matches, i));
    }
    validate_backends(rule, table, Place(place, "backends"));
    Place const origins(place, "allowedOrigins");
    for (std::size_t i = 0; i < rule.allowed_origins.size(); ++i) {
        if (!is_origin(rule.allowed_origins[i])) {
            Place(origins, i)
                .problem("must be scheme://host or scheme://host:port in lower case, not " +
                         in_quotes(rule.allowed_origins[i]));
        }
    }
    validate_replace_prefix(rule, Place(place, "replacePrefix"));
    validate_timeouts(rule.timeouts, Place(place, "timeouts"));
    validate_duration(rule.drain_over, Milliseconds(0), Place(place, "drainOver"));
    validate_code(rule.drain_code, {1012, 1001}, Place(place, "drainCode"));
    validate_code(rule.backend_lost_code, {1011, 1014}, Place(place, "backendLostCode"));
}

namespace {

void validate_match(Match const& match, Place const& place) {
    Place const path(place, "path");
    if (!is_path_match(match.path.value)) {
        Place(path, "value")
            .problem(
                "must be an absolute path of at most 1024 characters without //, /./, /../, "
                "%2f or #, not " +
                in_quotes(match.path.value));
    }
    validate_pairs(match.headers, kHeaderRules, Place(place, "headers"));
    validate_pairs(match.query_params, kQueryRules, Place(place, "queryParams"));
    Place const subprotocols(place, "subprotocols");
    for (std::size_t i = 0; i < match.subprotocols.size(); ++i) {
        if (!is_token(match.subprotocols[i])) {
            Place(subprotocols, i)
                .problem("must be a token (RFC 9110), not " + in_quotes(match.subprotocols[i]));
        }
    }
}

bool is_header_name(std::string_view text) noexcept {
    bool const has_upper = std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
    return is_token(text) && !has_upper;
}

void validate_pairs(std::vector<NameValue> const& pairs, PairRules const& rules,
                    Place const& place) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        Place const here(place, i);
        Place const name(here, "name");
        if (!rules.name_good(pairs[i].name)) {
            name.problem("must be " + std::string(rules.name_form) + ", not " +
                         in_quotes(pairs[i].name));
        } else if (!names.insert(pairs[i].name).second) {
            name.problem("is matched twice: " + in_quotes(pairs[i].name));
        }
        std::string const& value = pairs[i].value;
        if (value.empty() || value.size() > rules.value_length_max || !is_printable(value)) {
            Place(here, "value")
                .problem("must be 1 to " + std::to_string(rules.value_length_max) +
                         " bytes of text without control characters");
        }
    }
}

void validate_backends(Rule const& rule, Table const& table, Place const& place) {
    for (std::size_t i = 0; i < rule.backends.size(); ++i) {
        WeightedBackend const& backend = rule.backends[i];
        Place const here(place, i);
        if (backend.valid && !table.backends.contains(backend.backend)) {
            Place(here, "backend")
                .problem("no backend " + in_quotes(backend.backend) + " in the table");
        }
        if (backend.weight > kWeightMax) {
            Place(here, "weight")
                .problem("must be from 0 to 1000000, not " + std::to_string(backend.weight));
        }
    }
}

void validate_replace_prefix(Rule const& rule, Place const& place) {
    if (!rule.replace_prefix) {
        return;
    }
    if (!rule.replace_prefix->empty() && !is_path_match(*rule.replace_prefix)) {
        place.problem("must be empty or an absolute path, not " + in_quotes(*rule.replace_prefix));
    }
    bool const all_prefixes = std::ranges::all_of(
        rule.matches, [](Match const& match) { return match.path.type == PathMatchType::prefix; });
    if (!all_prefixes) {
        place.problem("needs every match of the rule to be a prefix match");
    }
}

void validate_timeouts(Timeouts const& timeouts, Place const& place) {
    validate_duration(timeouts.connect, Milliseconds(1), Place(place, "connect"));
    validate_duration(timeouts.handshake, Milliseconds(1), Place(place, "handshake"));
    validate_duration(timeouts.idle, Milliseconds(0), Place(place, "idle"));
    validate_duration(timeouts.session, Milliseconds(0), Place(place, "session"));
}

void validate_duration(Milliseconds duration, Milliseconds min, Place const& place) {
    if (duration < min || duration > kDurationMax) {
        place.problem("must be from " + std::to_string(min.count()) + " to " +
                      std::to_string(kDurationMax.count()) + " ms, not " +
                      std::to_string(duration.count()));
    }
}

void validate_code(std::uint16_t code, std::array<std::uint16_t, 2> allowed, Place const& place) {
    if (std::ranges::find(allowed, code) == allowed.end()) {
        place.problem("must be " + std::to_string(allowed[0]) + " or " +
                      std::to_string(allowed[1]) + ", not " + std::to_string(code));
    }
}

}  // namespace
}  // namespace holdfast::model
