#include "dataplane/handshake/terms_cache.hpp"

#include <utility>

namespace holdfast::handshake {

std::shared_ptr<relay::Terms const> TermsCache::terms_of(routing::CompiledRule const& compiled) {
    if (auto const known = current_.find(&compiled); known != current_.end()) return known->second;
    auto const& rule = *compiled.rule;
    auto terms = std::make_shared<relay::Terms const>(relay::Terms{
        .listener = compiled.listener,
        .route = compiled.route,
        .rule = rule.name,
        .idle = rule.timeouts.idle,
        .session = rule.timeouts.session,
        .drain_code = rule.drain_code,
        .backend_lost_code = rule.backend_lost_code,
        .cells = &cells_.route(compiled.listener, compiled.route),
    });
    current_.emplace(&compiled, terms);
    admitted_.emplace(terms.get(), AdmittedRule{terms, compiled.source, &rule});
    return terms;
}

void TermsCache::begin_table() {
    current_.clear();
    std::erase_if(admitted_, [](auto const& entry) { return entry.second.terms.use_count() == 1; });
}

}  // namespace holdfast::handshake
