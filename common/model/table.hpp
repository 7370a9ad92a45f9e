#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The contract between controller and data plane: what a data plane needs to know to serve one
/// Gateway. Plain values without behaviour; the JSON codec is table_json, the rules that values
/// must obey are validate. Every entry is immutable once it is in a Table, so tables can share what
/// they have in common (share).
namespace holdfast::model {

using Milliseconds = std::chrono::milliseconds;

// --- listeners ---------------------------------------------------------------------------------

enum class ListenerProtocol : std::uint8_t { http, https };

/// One listener of the Gateway. Listeners with the same port share a socket and are told apart by
/// TLS server name and Host.
struct Listener {
    std::string name;
    std::uint16_t port = 0;
    ListenerProtocol protocol = ListenerProtocol::http;
    /// Empty matches every host; `*.example.com` matches any number of labels in front.
    std::string hostname;
    /// Keys of Table::certificates; the first one is the default. Empty for http; an https listener
    /// without any refuses new clients in the TLS handshake, and its sessions go on.
    std::vector<std::string> certificates;

    friend bool operator==(Listener const&, Listener const&) = default;
};

/// A TLS server certificate. Key: `namespace/name` of its Secret.
struct Certificate {
    std::string chain_pem;
    std::string key_pem;  ///< Secret: never logged, redacted in every dump.

    friend bool operator==(Certificate const&, Certificate const&) = default;
};

// --- backends ----------------------------------------------------------------------------------

enum class EndpointState : std::uint8_t {
    ready,    ///< Takes new sessions.
    serving,  ///< Terminating but still serving: takes new sessions only when none is ready.
};

struct Endpoint {
    std::string address;  ///< IPv4 or IPv6, without brackets.
    std::uint16_t port = 0;
    EndpointState state = EndpointState::ready;

    friend auto operator<=>(Endpoint const&, Endpoint const&) = default;
};

/// A Service port. Key: `namespace/name:port`. Endpoints are sorted and unique.
struct Backend {
    std::vector<Endpoint> endpoints;

    friend bool operator==(Backend const&, Backend const&) = default;
};

// --- routes ------------------------------------------------------------------------------------

enum class PathMatchType : std::uint8_t { exact, prefix };

struct PathMatch {
    PathMatchType type = PathMatchType::prefix;
    std::string value = "/";

    friend bool operator==(PathMatch const&, PathMatch const&) = default;
};

/// An exact match on a header (name in lower case) or a query parameter (name as written).
struct NameValue {
    std::string name;
    std::string value;

    friend bool operator==(NameValue const&, NameValue const&) = default;
};

/// All parts must match. Of `subprotocols` the client must offer at least one (empty: any).
struct Match {
    PathMatch path;
    std::vector<NameValue> headers;
    std::vector<NameValue> query_params;
    std::vector<std::string> subprotocols;

    friend bool operator==(Match const&, Match const&) = default;
};

/// A share of a rule's new sessions. An invalid reference keeps its weight and answers 500, so
/// that a typo in a canary does not move its share elsewhere (Gateway API, HTTPBackendRef).
struct WeightedBackend {
    std::string backend;       ///< Key of Table::backends; of an invalid one, what was asked for.
    std::uint32_t weight = 1;  ///< 0 to 1,000,000; 0 takes no new session.
    bool valid = true;

    friend bool operator==(WeightedBackend const&, WeightedBackend const&) = default;
};

/// 0 means none. Handshake timeouts are never 0.
struct Timeouts {
    Milliseconds connect{5'000};     ///< One TCP connect to one endpoint.
    Milliseconds handshake{10'000};  ///< From the client's complete head to the backend's answer.
    Milliseconds idle{0};            ///< Without a data frame in either direction.
    Milliseconds session{0};         ///< Age of a session.

    friend bool operator==(Timeouts const&, Timeouts const&) = default;
};

/// What happens to live sessions when their rule changes or goes.
enum class LiveSessions : std::uint8_t {
    keep,   ///< Nothing: they stay as they were admitted.
    drain,  ///< Closed at an even rate within limits of Rule::drain_over.
    close,  ///< Closed at once.
};

/// One rule of a route, with every default filled in.
struct Rule {
    std::string name;  ///< As in the manifest, else its position: `0`, `1`, ...
    std::vector<Match> matches;
    std::vector<WeightedBackend> backends;
    std::vector<std::string> allowed_origins;   ///< Lower-case `scheme://host[:port]`; empty: any.
    std::optional<std::string> replace_prefix;  ///< Replaces what a prefix match matched.
    Timeouts timeouts;
    LiveSessions on_change = LiveSessions::keep;
    LiveSessions on_delete = LiveSessions::drain;
    Milliseconds drain_over{60'000};
    std::uint16_t drain_code = 1012;         ///< 1012 or 1001: the Close code of drains.
    std::uint16_t backend_lost_code = 1011;  ///< 1011 or 1014.

    friend bool operator==(Rule const&, Rule const&) = default;
};

/// Where a route is attached: one listener, and the hosts that are both the route's and its.
struct Attachment {
    std::string listener;                ///< Key of Table::listeners.
    std::vector<std::string> hostnames;  ///< Sorted. Empty string: every host of the listener.

    friend bool operator==(Attachment const&, Attachment const&) = default;
};

/// A WebSocketRoute as one Gateway serves it. Key: `namespace/name`.
struct Route {
    std::string created;          ///< RFC 3339; of two equal matches the older route wins.
    std::int64_t generation = 0;  ///< What `Programmed` reports as observedGeneration.
    std::vector<Attachment> attachments;
    std::vector<Rule> rules;  ///< In the manifest's order: of two equal matches the first wins.

    friend bool operator==(Route const&, Route const&) = default;
};

// --- the table ---------------------------------------------------------------------------------

template <class T>
using Collection = std::map<std::string, std::shared_ptr<T const>>;

struct Table {
    std::string gateway;  ///< `namespace/name`.
    Collection<Listener> listeners;
    Collection<Certificate> certificates;
    Collection<Backend> backends;
    Collection<Route> routes;
};

/// True when both hold equal entries under equal keys.
[[nodiscard]] bool equal(Table const& a, Table const& b);

/// `after`, with every entry that equals `before`'s under its key replaced by that one: what did
/// not change is one object in both, which costs no memory and compares at once.
[[nodiscard]] Table share(Table const& before, Table after);

}  // namespace holdfast::model
