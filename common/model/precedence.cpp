#include "common/model/precedence.hpp"

#include <tuple>

namespace holdfast::model {
namespace {

auto rank(Candidate const& candidate) {
    Match const& match = *candidate.match;
    auto const more_first = [](std::size_t count) { return ~count; };
    return std::tuple(match.path.type == PathMatchType::exact ? 0 : 1,
                      more_first(match.path.value.size()), more_first(match.headers.size()),
                      more_first(match.query_params.size()), match.subprotocols.empty() ? 1 : 0,
                      candidate.route_created, candidate.route_key, candidate.rule_index,
                      candidate.match_index);
}

}  // namespace

bool precedes(Candidate const& a, Candidate const& b) noexcept { return rank(a) < rank(b); }

}  // namespace holdfast::model
