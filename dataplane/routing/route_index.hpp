#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/model/precedence.hpp"
#include "dataplane/routing/route_table.hpp"

namespace holdfast::routing {

/// One match of one rule, on one of the hosts it is served on.
struct Placed {
    model::Listener const* listener;
    std::string_view host;  ///< Pattern; empty: every host of the listener.
    CompiledRule const* rule;
    model::Candidate candidate;
};

/// Finds the matches that may take a request: by listener and host, then by path. Exact paths lie
/// in one hash; prefixes in a tree of path elements whose edges lie in another. So a lookup costs
/// what the request's host and path are long, and the candidates that have that very path,
/// however many routes there are.
///
/// Lifetime  everything that `placed` points to outlives the index. Immutable after construction.
class RouteIndex {
public:
    explicit RouteIndex(std::vector<Placed> placed);

    /// Best host first, and on it model::precedes. Where nothing on the best host matches, a
    /// less specific one has its turn: Gateway API orders the rules by host, it does not hide any.
    [[nodiscard]] Found find(model::Listener const& listener,
                             RequestView const& request) const noexcept;

private:
    using Number = std::uint32_t;
    static constexpr Number kNone = ~Number{0};

    struct Key {
        std::uintptr_t owner;  // A listener's address, or a node's number.
        std::string_view text;

        friend bool operator==(Key const&, Key const&) = default;
    };
    struct KeyHash {
        std::size_t operator()(Key const& key) const noexcept {
            constexpr std::size_t odd = 0x9e37'79b9'7f4a'7c15;
            return std::hash<std::string_view>{}(key.text) ^ (key.owner * odd);
        }
    };
    using Numbers = std::unordered_map<Key, Number, KeyHash>;

    struct Entry {
        CompiledRule const* rule;
        model::Match const* match;
    };
    struct Group {
        Number first = 0;
        Number count = 0;
    };
    struct Node {
        Number parent;
        Number group = kNone;
    };
    struct Grouped;

    [[nodiscard]] Number add_host(Placed const& placed);
    [[nodiscard]] Number add_group(Placed const& placed);
    [[nodiscard]] Number add_prefix(Number root, std::string_view prefix);
    void fill(std::vector<Grouped> grouped);

    [[nodiscard]] Found find_on(Number root, RequestView const& request) const noexcept;
    [[nodiscard]] Found find_in(Number group, RequestView const& request) const noexcept;
    [[nodiscard]] Number deepest(Number root, std::string_view path) const noexcept;

    Numbers hosts_;  // (listener, host) to its root node; `*.example.com` stands as `.example.com`.
    Numbers exact_;  // (root node, path) to its group.
    Numbers edges_;  // (node, path element) to the next node.
    std::vector<Node> nodes_;
    std::vector<Group> groups_;
    std::vector<Entry> entries_;
};

}  // namespace holdfast::routing
