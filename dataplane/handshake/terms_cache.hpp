#pragma once

#include <memory>
#include <unordered_map>

#include "dataplane/relay/session.hpp"
#include "dataplane/routing/route_table.hpp"
#include "dataplane/telemetry/cells.hpp"

namespace holdfast::handshake {

/// The rule that a worker's sessions were admitted by, with the terms they share.
struct AdmittedRule {
    std::shared_ptr<relay::Terms const> terms;
    std::shared_ptr<model::Route const> route;  ///< Keeps `rule` alive.
    model::Rule const* rule;
};

/// One Terms object per rule and listener, shared by every session that is admitted under it, and
/// the memory of which rule that was for as long as a session lives under it.
///
/// Threads   none; one worker's.
/// Lifetime  `cells` outlives the cache and every session.
class TermsCache {
public:
    explicit TermsCache(telemetry::WorkerCells& cells) : cells_(cells) {}

    /// `rule` belongs to the table that is served now, or to an older one that a handshake was
    /// judged by and still holds: that handshake's session is admitted under the older rule.
    [[nodiscard]] std::shared_ptr<relay::Terms const> terms_of(routing::CompiledRule const& rule);

    /// Another table is served from now on: forgets which rule of the old one had which terms, and
    /// the terms without a session.
    void begin_table();

    /// Every rule that has sessions, or had since the table began. Keyed by the terms' address.
    [[nodiscard]] std::unordered_map<relay::Terms const*, AdmittedRule> const& admitted()
        const noexcept {
        return admitted_;
    }

private:
    telemetry::WorkerCells& cells_;
    std::unordered_map<routing::CompiledRule const*, std::shared_ptr<relay::Terms const>> current_;
    std::unordered_map<relay::Terms const*, AdmittedRule> admitted_;
};

}  // namespace holdfast::handshake
