#include "controller/status/told_troubles.hpp"

#include <utility>

namespace holdfast::controller {

bool ToldTroubles::begins(std::string const& about, std::string const& trouble) {
    auto const [known, is_new] = told_.try_emplace(about, trouble);
    return is_new || std::exchange(known->second, trouble) != trouble;
}

bool ToldTroubles::ends(std::string const& about) { return told_.erase(about) > 0; }

}  // namespace holdfast::controller
