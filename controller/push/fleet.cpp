#include "controller/push/fleet.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/assert.hpp"
#include "common/base/limits.hpp"
#include "common/model/delta.hpp"
#include "common/model/table_json.hpp"

namespace holdfast::controller {
namespace {

std::map<std::string, TimePoint> carry_on(std::map<std::string, TimePoint> const& since,
                                          model::Table const* before, model::Table const& after,
                                          TimePoint now);
bool serves_same(model::Table const& table, std::string const& route, model::Route const& wanted);
bool same_listeners(model::Table const& one, model::Table const& other);

}  // namespace

void Fleet::connect(StreamId id, push::Hello const& hello) {
    HOLDFAST_ASSERT(!streams_.contains(id));
    Stream& stream = streams_[id];
    stream.hello = hello;
    now_has(stream, hello.have);
}

void Fleet::disconnect(StreamId id) { streams_.erase(id); }

void Fleet::subscribe(StreamId id, push::Subscribe const& frame) {
    Stream& stream = at(id);
    stream.hello.subscribe = true;
    stream.greeted = false;
    now_has(stream, frame.have);
}

Receipt Fleet::acknowledge(StreamId id, push::Ack const& ack, TimePoint now) {
    Stream& stream = at(id);
    if (ack.nonce == 0) {
        now_has(stream, ack.hash);
        // What it refused here may be in force now, from another replica.
        if (state(stream) != DataplaneState::refused) stream.refusal.reset();
        return Receipt::noted;
    }
    if (!stream.under_way || stream.under_way->nonce != ack.nonce) {
        return Receipt::late;
    }
    if (ack.hash != stream.under_way->publication.version.hash) {
        refused(stream, ack.hash, {}, now);
        return Receipt::another;
    }
    stream.hello.have = ack.hash;
    stream.in_force = std::move(stream.under_way->publication.table);
    stream.under_way.reset();
    stream.refusal.reset();
    return Receipt::noted;
}

std::optional<Publication> Fleet::refuse(StreamId id, push::Nack const& nack, TimePoint now) {
    Stream& stream = at(id);
    if (!stream.under_way || stream.under_way->nonce != nack.nonce) {
        return std::nullopt;
    }
    return refused(stream, nack.hash, nack.problems, now);
}

Publication Fleet::refused(Stream& stream, std::string const& hash, std::vector<Problem> problems,
                           TimePoint now) {
    UnderWay const sent = *std::exchange(stream.under_way, std::nullopt);
    bool const whole = sent.kind == FrameKind::snapshot;
    TimePoint const retry_at = whole ? now + limits::stale_source_wait : now;
    stream.refusal = Refusal{sent.publication.version.hash, retry_at, std::move(problems)};
    now_has(stream, hash);
    return sent.publication;
}

void Fleet::publish(Publication publication, TimePoint now) {
    std::string const gateway = publication.table->gateway;
    auto const [entry, first] = gateways_.try_emplace(gateway);
    Served& served = entry->second;
    served.encoded.clear();
    if (served.newest.version.hash == publication.version.hash) {
        served.newest.version.sources = std::move(publication.version.sources);
        return;
    }
    if (first) served.since = now;
    if (first || !same_listeners(*served.newest.table, *publication.table)) {
        served.listeners_since = now;
    }
    served.route_since =
        carry_on(served.route_since, served.newest.table.get(), *publication.table, now);
    served.newest = publication;
    served.history.push_back(std::move(publication));
    if (served.history.size() > kHistory) {
        served.history.pop_front();
    }
    // A data plane that came before this controller's first table may have it already.
    for (auto& [id, stream] : streams_) {
        if (stream.hello.gateway == gateway && !stream.in_force) {
            stream.in_force = find(gateway, stream.hello.have);
        }
    }
}

std::optional<Outgoing> Fleet::next(StreamId id, TimePoint now) {
    Stream& stream = at(id);
    auto const served = gateways_.find(stream.hello.gateway);
    if (!stream.hello.subscribe || stream.under_way || served == gateways_.end()) {
        return std::nullopt;
    }
    Publication const& newest = served->second.newest;
    if (stream.hello.have == newest.version.hash) {
        if (std::exchange(stream.greeted, true)) {
            return std::nullopt;
        }
        return Outgoing{FrameKind::same, std::make_shared<std::string const>(push::encode(
                                             push::ToDataplane(push::Same{newest.version.hash})))};
    }
    if (stream.refusal && stream.refusal->hash == newest.version.hash &&
        now < stream.refusal->retry_at) {
        return std::nullopt;
    }
    Encoded const& encoded = encode(served->second, stream);
    stream.greeted = true;
    stream.under_way = UnderWay{encoded.nonce, encoded.outgoing.kind, newest};
    return encoded.outgoing;
}

Fleet::Encoded const& Fleet::encode(Served& served, Stream const& stream) {
    // After a refusal the whole table is sent: a delta may be what was wrong.
    bool const whole =
        !stream.in_force || stream.refusal ||
        std::ranges::find(stream.hello.features, "delta") == stream.hello.features.end();
    std::string const base = whole ? std::string() : stream.hello.have;
    auto const [entry, added] = served.encoded.try_emplace(base);
    if (!added) {
        return entry->second;
    }
    Publication const& newest = served.newest;
    std::uint64_t const nonce = ++last_nonce_;
    push::ToDataplane frame;
    if (whole) {
        frame = push::Snapshot{nonce, newest.version, model::to_json(*newest.table)};
    } else {
        frame = push::DeltaFrame{nonce, base, newest.version,
                                 model::difference(*stream.in_force, *newest.table)};
    }
    entry->second = {nonce,
                     {whole ? FrameKind::snapshot : FrameKind::delta,
                      std::make_shared<std::string const>(push::encode(frame))}};
    return entry->second;
}

std::vector<StreamId> Fleet::streams() const {
    std::vector<StreamId> ids;
    ids.reserve(streams_.size());
    for (auto const& [id, stream] : streams_) {
        ids.push_back(id);
    }
    return ids;
}

std::string const& Fleet::gateway(StreamId id) const { return at(id).hello.gateway; }

std::string const& Fleet::node(StreamId id) const { return at(id).hello.node; }

TablesInForce Fleet::in_force(std::string const& gateway) const {
    TablesInForce tables;
    for (auto const& [id, stream] : streams_) {
        if (stream.hello.gateway == gateway && stream.in_force) {
            tables.emplace_hint(tables.end(), id, stream.in_force);
        }
    }
    return tables;
}

std::vector<DataplaneStatus> Fleet::dataplanes() const {
    std::vector<DataplaneStatus> all;
    all.reserve(streams_.size());
    for (auto const& [id, stream] : streams_) {
        all.push_back({
            .stream = id,
            .node = stream.hello.node,
            .gateway = stream.hello.gateway,
            .build = stream.hello.build,
            .subscribed = stream.hello.subscribe,
            .state = state(stream),
            .in_force = stream.hello.have,
            .under_way =
                stream.under_way ? stream.under_way->publication.version.hash : std::string(),
            .problems = stream.refusal ? stream.refusal->problems : std::vector<Problem>(),
        });
    }
    return all;
}

Programming Fleet::programming(std::string const& gateway, std::string const& route,
                               TimePoint now) const {
    auto const served = gateways_.find(gateway);
    if (served == gateways_.end() || !served->second.newest.table->routes.contains(route)) {
        return Programming::not_offered;
    }
    model::Route const& wanted = *served->second.newest.table->routes.at(route);
    auto const serves = [&](model::Table const& table) {
        return serves_same(table, route, wanted);
    };
    return judge(served->second, served->second.route_since.at(route), serves, now);
}

Programming Fleet::programming(std::string const& gateway, TimePoint now) const {
    auto const served = gateways_.find(gateway);
    if (served == gateways_.end()) return Programming::not_offered;
    model::Table const& newest = *served->second.newest.table;
    auto const serves = [&](model::Table const& table) { return same_listeners(table, newest); };
    return judge(served->second, served->second.listeners_since, serves, now);
}

template <class Serves>
Programming Fleet::judge(Served const& served, TimePoint since, Serves serves,
                         TimePoint now) const {
    std::size_t connected = 0;
    std::size_t serving = 0;
    for (auto const& [id, stream] : streams_) {
        if (stream.hello.gateway != served.newest.table->gateway) continue;
        ++connected;
        serving += stream.in_force && serves(*stream.in_force) ? 1 : 0;
    }
    bool const waited = now - since >= kStragglers;
    if (serving > 0 && (serving == connected || waited)) return Programming::programmed;
    bool const young = now - served.since < kReturn;
    if (young || (connected > 0 && !waited)) return Programming::unheard;
    return connected == 0 ? Programming::no_dataplane : Programming::pending;
}

Publication const* Fleet::newest(std::string const& gateway) const {
    auto const served = gateways_.find(gateway);
    return served == gateways_.end() ? nullptr : &served->second.newest;
}

Fleet::Stream const& Fleet::at(StreamId id) const {
    auto const found = streams_.find(id);
    HOLDFAST_ASSERT(found != streams_.end());
    return found->second;
}

Fleet::Stream& Fleet::at(StreamId id) {
    auto const found = streams_.find(id);
    HOLDFAST_ASSERT(found != streams_.end());
    return found->second;
}

void Fleet::now_has(Stream& stream, std::string hash) {
    if (stream.in_force && stream.hello.have == hash) {
        return;
    }
    stream.hello.have = std::move(hash);
    stream.in_force = find(stream.hello.gateway, stream.hello.have);
}

std::shared_ptr<model::Table const> Fleet::find(std::string const& gateway,
                                                std::string const& hash) const {
    auto const served = gateways_.find(gateway);
    if (served == gateways_.end()) {
        return nullptr;
    }
    for (Publication const& publication : served->second.history) {
        if (publication.version.hash == hash) {
            return publication.table;
        }
    }
    return nullptr;
}

DataplaneState Fleet::state(Stream const& stream) const {
    Publication const* const wanted = newest(stream.hello.gateway);
    if (wanted == nullptr) {
        return DataplaneState::waiting;
    }
    if (stream.hello.have == wanted->version.hash) {
        return DataplaneState::current;
    }
    bool const refused = stream.refusal && stream.refusal->hash == wanted->version.hash;
    return refused ? DataplaneState::refused : DataplaneState::behind;
}

std::string_view to_string(FrameKind kind) noexcept {
    constexpr std::array<std::string_view, 3> names{"same", "snapshot", "delta"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(DataplaneState state) noexcept {
    constexpr std::array<std::string_view, kDataplaneStates> names{"waiting", "current", "behind",
                                                                   "refused"};
    return names[static_cast<std::size_t>(state)];
}

namespace {

std::map<std::string, TimePoint> carry_on(std::map<std::string, TimePoint> const& since,
                                          model::Table const* before, model::Table const& after,
                                          TimePoint now) {
    std::map<std::string, TimePoint> result;
    for (auto const& [key, route] : after.routes) {
        bool const unchanged = before != nullptr && serves_same(*before, key, *route);
        result.emplace_hint(result.end(), key, unchanged ? since.at(key) : now);
    }
    return result;
}

bool serves_same(model::Table const& table, std::string const& route, model::Route const& wanted) {
    auto const found = table.routes.find(route);
    return found != table.routes.end() &&
           (found->second.get() == &wanted || *found->second == wanted);
}

bool same_listeners(model::Table const& one, model::Table const& other) {
    return std::ranges::equal(one.listeners, other.listeners, [](auto const& a, auto const& b) {
        return a.first == b.first && (a.second == b.second || *a.second == *b.second);
    });
}

}  // namespace
}  // namespace holdfast::controller
