#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/table.hpp"
#include "dataplane/routing/request_view.hpp"

namespace holdfast::routing {

/// A backend of a compiled rule: the table's entry, and its share of new sessions.
struct Target {
    std::string name;   ///< `namespace/name:port`.
    std::uint64_t key;  ///< Hash of the name: the same in every table of this process.
    std::uint32_t weight;
    std::shared_ptr<model::Backend const> backend;  ///< Null for an invalid reference.
};

/// A rule as one listener serves it. Immutable and shared: by the table that holds it, and by
/// handshakes under way.
struct CompiledRule {
    std::string listener;
    std::string route;  ///< `namespace/name`.
    std::uint64_t key;  ///< Hash of listener, route and rule name: the same in every table.
    std::shared_ptr<model::Route const> source;  ///< Keeps `rule` alive.
    model::Rule const* rule;
    std::vector<Target> targets;
};

struct Found {
    CompiledRule const* rule = nullptr;  ///< Null: no route.
    model::Match const* match =
        nullptr;  ///< The match that won; its prefix is what a rewrite replaces.
};

/// A table, compiled for lookup. Immutable: built by the control thread, then shared with every
/// worker by pointer. A lookup allocates nothing.
class RouteTable {
public:
    /// `table` has passed model::validate.
    [[nodiscard]] static std::shared_ptr<RouteTable const> compile(
        std::shared_ptr<model::Table const> table);
    ~RouteTable();

    /// The listeners that share a port, most specific hostname first; none for an unknown port.
    [[nodiscard]] std::span<model::Listener const* const> listeners_on(
        std::uint16_t port) const noexcept;
    /// The listener of that port whose hostname fits best, or null.
    [[nodiscard]] model::Listener const* listener_for(std::uint16_t port,
                                                      std::string_view host) const noexcept;

    /// The rule that takes this request on this listener: best hostname first, then
    /// model::precedes.
    [[nodiscard]] Found find(model::Listener const& listener,
                             RequestView const& request) const noexcept;

    [[nodiscard]] model::Table const& source() const noexcept;

private:
    struct Compiled;
    explicit RouteTable(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> compiled_;
};

}  // namespace holdfast::routing
