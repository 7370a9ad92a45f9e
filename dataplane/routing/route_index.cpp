#include "dataplane/routing/route_index.hpp"

#include <algorithm>
#include <utility>

#include "dataplane/routing/matcher.hpp"

namespace holdfast::routing {
namespace {

/// Takes the next element off the front of a path that begins with `/`.
[[nodiscard]] std::string_view next_segment(std::string_view& rest) noexcept;
[[nodiscard]] std::string_view host_key(std::string_view pattern) noexcept;
[[nodiscard]] std::uintptr_t address_of(model::Listener const& listener) noexcept;

}  // namespace

struct RouteIndex::Grouped {
    Number group;
    Placed placed;
};

RouteIndex::RouteIndex(std::vector<Placed> placed) {
    std::vector<Grouped> grouped;
    grouped.reserve(placed.size());
    for (Placed const& one : placed)
        grouped.push_back({add_group(one), one});
    fill(std::move(grouped));
    nodes_.shrink_to_fit();
    groups_.shrink_to_fit();
}

Found RouteIndex::find(model::Listener const& listener, RequestView const& request) const noexcept {
    std::string_view host = request.host;
    for (;;) {
        auto const root = hosts_.find({address_of(listener), host});
        if (root != hosts_.end()) {
            if (Found const found = find_on(root->second, request); found.rule) return found;
        }
        if (host.empty()) return {};
        // Next the wildcards, longest first, and last the pattern of every host.
        std::size_t const dot = host.find('.', 1);
        host = dot == host.npos ? std::string_view{} : host.substr(dot);
    }
}

Found RouteIndex::find_on(Number root, RequestView const& request) const noexcept {
    if (auto const exact = exact_.find({root, request.path}); exact != exact_.end()) {
        if (Found const found = find_in(exact->second, request); found.rule) return found;
    }
    for (Number node = deepest(root, request.path); node != kNone; node = nodes_[node].parent) {
        if (Found const found = find_in(nodes_[node].group, request); found.rule) return found;
    }
    return {};
}

RouteIndex::Number RouteIndex::deepest(Number root, std::string_view path) const noexcept {
    Number node = root;
    while (!path.empty()) {
        auto const edge = edges_.find({node, next_segment(path)});
        if (edge == edges_.end()) break;
        node = edge->second;
    }
    return node;
}

Found RouteIndex::find_in(Number group, RequestView const& request) const noexcept {
    if (group == kNone) return {};
    auto const [first, count] = groups_[group];
    for (Number i = first; i < first + count; ++i) {
        if (matches_conditions(*entries_[i].match, request)) {
            return {entries_[i].rule, entries_[i].match};
        }
    }
    return {};
}

RouteIndex::Number RouteIndex::add_group(Placed const& placed) {
    Number const root = add_host(placed);
    model::PathMatch const& path = placed.candidate.match->path;
    bool const exact = path.type == model::PathMatchType::exact;
    Number& group = exact ? exact_.try_emplace({root, path.value}, kNone).first->second
                          : nodes_[add_prefix(root, path.value)].group;
    if (group == kNone) {
        group = static_cast<Number>(groups_.size());
        groups_.emplace_back();
    }
    return group;
}

RouteIndex::Number RouteIndex::add_host(Placed const& placed) {
    Key const key{address_of(*placed.listener), host_key(placed.host)};
    auto const [at, added] = hosts_.try_emplace(key, static_cast<Number>(nodes_.size()));
    if (added) nodes_.push_back({.parent = kNone});
    return at->second;
}

RouteIndex::Number RouteIndex::add_prefix(Number root, std::string_view prefix) {
    if (prefix.ends_with('/')) prefix.remove_suffix(1);
    Number node = root;
    while (!prefix.empty()) {
        Key const key{node, next_segment(prefix)};
        auto const [at, added] = edges_.try_emplace(key, static_cast<Number>(nodes_.size()));
        if (added) nodes_.push_back({.parent = node});
        node = at->second;
    }
    return node;
}

void RouteIndex::fill(std::vector<Grouped> grouped) {
    std::ranges::sort(grouped, [](Grouped const& a, Grouped const& b) {
        if (a.group != b.group) return a.group < b.group;
        return model::precedes(a.placed.candidate, b.placed.candidate);
    });
    entries_.reserve(grouped.size());
    for (auto const& [number, placed] : grouped) {
        Group& group = groups_[number];
        if (group.count++ == 0) group.first = static_cast<Number>(entries_.size());
        entries_.push_back({placed.rule, placed.candidate.match});
    }
}

namespace {

std::string_view next_segment(std::string_view& rest) noexcept {
    std::size_t const end = std::min(rest.find('/', 1), rest.size());
    std::string_view const segment = rest.substr(1, end - 1);
    rest.remove_prefix(end);
    return segment;
}

std::string_view host_key(std::string_view pattern) noexcept {
    return pattern.starts_with("*.") ? pattern.substr(1) : pattern;
}

std::uintptr_t address_of(model::Listener const& listener) noexcept {
    return reinterpret_cast<std::uintptr_t>(&listener);
}

}  // namespace
}  // namespace holdfast::routing
