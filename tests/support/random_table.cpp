#include "tests/support/random_table.hpp"

#include <algorithm>
#include <string>

#include "tests/support/certificate.hpp"

namespace holdfast::test {
namespace {

using namespace model;

/// The only backend that rules refer to: the others may come and go.
constexpr char const* kKeptBackend = "default/chat:8080";

int draw(Random& random, int min, int max) {
    return std::uniform_int_distribution<int>(min, max)(random);
}
bool coin(Random& random) { return draw(random, 0, 1) == 1; }

template <class T>
T pick(Random& random, std::vector<T> const& values) {
    return values[static_cast<std::size_t>(draw(random, 0, static_cast<int>(values.size()) - 1))];
}

/// Up to `count_max` items of `make()`.
template <class Make>
auto some(Random& random, int count_max, Make make) {
    std::vector<decltype(make())> items;
    for (int count = draw(random, 0, count_max); count > 0; --count) {
        items.push_back(make());
    }
    return items;
}

template <class T>
std::vector<T> sorted_unique(std::vector<T> items) {
    std::ranges::sort(items);
    auto const repeated = std::ranges::unique(items);
    items.erase(repeated.begin(), repeated.end());
    return items;
}

Milliseconds random_duration(Random& random) {
    return Milliseconds(pick<int>(random, {1, 500, 5'000, 10'000, 3'600'000}));
}

std::string numbered(std::string const& prefix, int number) {
    return prefix + std::to_string(number);
}

Listener random_listener(Random& random, int number, Table const& table) {
    Listener listener;
    listener.name = numbered("listener-", number);
    listener.port = static_cast<std::uint16_t>(8000 + number);
    listener.hostname = pick<std::string>(random, {"", "*.example.com", "example.com"});
    if (!table.certificates.empty() && coin(random)) {
        listener.protocol = ListenerProtocol::https;
        listener.certificates = {table.certificates.begin()->first};
    }
    return listener;
}

Backend random_backend(Random& random) {
    Backend backend;
    backend.endpoints = sorted_unique(some(random, 4, [&] {
        Endpoint endpoint;
        endpoint.address = pick<std::string>(random, {"10.0.0.1", "127.0.0.1", "2001:db8::1"});
        endpoint.port = static_cast<std::uint16_t>(draw(random, 1, 65'535));
        endpoint.state = coin(random) ? EndpointState::ready : EndpointState::serving;
        return endpoint;
    }));
    return backend;
}

std::vector<NameValue> random_pairs(Random& random) {
    std::vector<NameValue> pairs;
    for (char const* name : {"x-a", "x-b"}) {
        if (coin(random)) {
            pairs.push_back({name, pick<std::string>(random, {"1", "ä \"\\ \t", "/"})});
        }
    }
    return pairs;
}

Match random_match(Random& random) {
    Match match;
    match.path.value = pick<std::string>(random, {"/", "/ws", "/ws/", "/a%20b/~c"});
    match.headers = random_pairs(random);
    match.query_params = random_pairs(random);
    match.subprotocols =
        some(random, 2, [&] { return pick<std::string>(random, {"mqtt", "chat.v2"}); });
    return match;
}

WeightedBackend random_share(Random& random, Table const& table) {
    WeightedBackend share;
    share.valid = table.backends.contains(kKeptBackend) && coin(random);
    share.backend = share.valid ? kKeptBackend : "default/missing:80";
    share.weight = static_cast<std::uint32_t>(pick<int>(random, {0, 1, 90, 1'000'000}));
    return share;
}

Rule random_rule(Random& random, int number, Table const& table) {
    Rule rule;
    rule.name = std::to_string(number);
    rule.matches = some(random, 3, [&] { return random_match(random); });
    rule.matches.push_back(random_match(random));
    if (coin(random)) {
        rule.replace_prefix = pick<std::string>(random, {"", "/", "/new"});
    } else {
        rule.matches.front().path.type = PathMatchType::exact;
    }
    rule.backends = some(random, 3, [&] { return random_share(random, table); });
    rule.allowed_origins = some(random, 2, [&] {
        return pick<std::string>(random, {"https://example.com", "http://[::1]:8080"});
    });
    rule.timeouts.connect = random_duration(random);
    rule.timeouts.handshake = random_duration(random);
    rule.timeouts.idle = coin(random) ? Milliseconds(0) : random_duration(random);
    rule.timeouts.session = coin(random) ? Milliseconds(0) : random_duration(random);
    std::vector<LiveSessions> const all{LiveSessions::keep, LiveSessions::drain,
                                        LiveSessions::close};
    rule.on_change = pick(random, all);
    rule.on_delete = pick(random, all);
    rule.drain_over = random_duration(random);
    rule.drain_code = coin(random) ? 1012 : 1001;
    rule.backend_lost_code = coin(random) ? 1011 : 1014;
    return rule;
}

Attachment random_attachment(Random& random, Listener const& listener) {
    Attachment attachment{listener.name, {}};
    if (listener.hostname == "example.com") {
        attachment.hostnames = {pick<std::string>(random, {"", "example.com"})};
        return attachment;
    }
    attachment.hostnames = sorted_unique(some(random, 2, [&] {
        return pick<std::string>(random, {"", "chat.example.com", "*.a.example.com"});
    }));
    if (attachment.hostnames.empty()) {
        attachment.hostnames = {""};
    }
    return attachment;
}

Route random_route(Random& random, Table const& table) {
    Route route;
    route.created = pick<std::string>(random, {"", "2026-01-01T00:00:00Z", "2026-02-01T10:00:00Z"});
    route.generation = draw(random, 0, 3);
    for (auto const& [key, listener] : table.listeners) {
        if (route.attachments.empty() || coin(random)) {
            route.attachments.push_back(random_attachment(random, *listener));
        }
    }
    for (int count = draw(random, 1, 3); count > 0; --count) {
        route.rules.push_back(random_rule(random, static_cast<int>(route.rules.size()), table));
    }
    return route;
}

template <class Entry>
void put(Collection<Entry>& collection, std::string const& key, Entry entry) {
    collection.insert_or_assign(key, std::make_shared<Entry const>(std::move(entry)));
}

void put_some_routes(Table& table, Random& random) {
    for (int count = draw(random, 0, 4); count > 0; --count) {
        put(table.routes, numbered("default/route-", draw(random, 0, 9)),
            random_route(random, table));
        put(table.backends, numbered("default/spare-", draw(random, 0, 9)) + ":80",
            random_backend(random));
    }
}

}  // namespace

Table random_table(Random& random) {
    // Keys are costly to make and one is as good as another.
    static Certificate const certificate = make_certificate("example.com");
    Table table;
    table.gateway = "default/edge";
    if (coin(random)) {
        put(table.certificates, "default/tls", certificate);
    }
    if (coin(random)) {
        put(table.backends, kKeptBackend, random_backend(random));
    }
    for (int number = draw(random, 1, 3); number > 0; --number) {
        put(table.listeners, numbered("listener-", number), random_listener(random, number, table));
    }
    put_some_routes(table, random);
    return table;
}

Table random_change(Table const& table, Random& random) {
    Table changed = table;
    std::erase_if(changed.routes, [&](auto const&) { return draw(random, 0, 3) == 0; });
    std::erase_if(changed.backends, [&](auto const& entry) {
        return entry.first.starts_with("default/spare-") && draw(random, 0, 3) == 0;
    });
    put_some_routes(changed, random);
    return changed;
}

}  // namespace holdfast::test
