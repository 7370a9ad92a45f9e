#include "controller/translate/conditions.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/assert.hpp"
#include "common/model/place.hpp"

namespace holdfast::controller {
namespace {

/// The API server takes messages of 32 KiB; people read the first few sentences.
constexpr std::size_t kSentencesMax = 8;

}  // namespace

namespace condition {

bool is_known(std::string_view type) noexcept {
    constexpr std::array<std::string_view, 6> kTypes{
        kAccepted, kResolvedRefs, kProgrammed, kConflicted, kOverlappingTls, kPartiallyInvalid};
    return std::ranges::find(kTypes, type) != kTypes.end();
}

bool is_fault(std::string_view type, bool status) noexcept {
    constexpr std::array<std::string_view, 3> kBad{kConflicted, kOverlappingTls, kPartiallyInvalid};
    return status == (std::ranges::find(kBad, type) != kBad.end());
}

}  // namespace condition

void Conditions::add_true(char const* type, char const* reason, std::string message) {
    conditions_.push_back({.type = type,
                           .status = true,
                           .reason = reason,
                           .message = std::move(message),
                           .observed_generation = generation_});
}

void Conditions::add_false(char const* type, std::vector<Refusal> const& refusals) {
    HOLDFAST_ASSERT(!refusals.empty());
    add_false(type, refusals.front().reason.c_str(), sentences(refusals));
}

void Conditions::add_false(char const* type, char const* reason, std::string message) {
    conditions_.push_back({.type = type,
                           .status = false,
                           .reason = reason,
                           .message = std::move(message),
                           .observed_generation = generation_});
}

std::string sentences(std::vector<Refusal> const& refusals) {
    std::string text;
    for (std::size_t i = 0; i < refusals.size(); ++i) {
        if (i == kSentencesMax) {
            return text + " There are more faults of this kind.";
        }
        text += (i == 0 ? "" : " ") + refusals[i].message;
    }
    return text;
}

std::string quoted_list(std::vector<std::string> const& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        bool const last = i + 1 == names.size();
        text += (i == 0 ? "" : last ? " and " : ", ") + model::in_quotes(names[i]);
    }
    return text;
}

std::string kind_name(std::string const& group, std::string const& kind) {
    return group.empty() ? kind : kind + '.' + group;
}

}  // namespace holdfast::controller
