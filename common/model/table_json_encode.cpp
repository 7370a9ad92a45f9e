#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <concepts>

#include "common/model/collections.hpp"
#include "common/model/table_json.hpp"

namespace holdfast::model {
namespace {

namespace json = boost::json;

json::value encode(std::string const& text) { return json::string(text); }
json::value encode(bool value) { return value; }
json::value encode(std::integral auto number) { return number; }
json::value encode(Milliseconds duration) { return duration.count(); }
json::value encode(ListenerProtocol value);
json::value encode(EndpointState value);
json::value encode(PathMatchType value);
json::value encode(LiveSessions value);
json::value encode(Endpoint const& endpoint);
json::value encode(PathMatch const& path);
json::value encode(NameValue const& pair);
json::value encode(Match const& match);
json::value encode(WeightedBackend const& backend);
json::value encode(Timeouts const& timeouts);
json::value encode(Rule const& rule);
json::value encode(Attachment const& attachment);
template <class T>
json::value encode(std::optional<T> const& value);
template <class T>
json::value encode(std::vector<T> const& items);

/// Writes the members of a struct whose value is not the default one.
template <class Struct>
class ObjectWriter {
public:
    explicit ObjectWriter(Struct const& value) : value_(value) {}

    template <class T>
    ObjectWriter& write(std::string_view name, T Struct::* member) {
        static Struct const defaults{};
        if (!(value_.*member == defaults.*member)) {
            object_.emplace(name, encode(value_.*member));
        }
        return *this;
    }
    [[nodiscard]] json::object take() { return std::move(object_); }

private:
    Struct const& value_;
    json::object object_;
};

enum class Secrets { shown, redacted };

json::object encode_table(Table const& table, Secrets secrets);

}  // namespace

json::object to_json(Listener const& listener) {
    return ObjectWriter(listener)
        .write("name", &Listener::name)
        .write("port", &Listener::port)
        .write("protocol", &Listener::protocol)
        .write("hostname", &Listener::hostname)
        .write("certificates", &Listener::certificates)
        .take();
}

json::object to_json(Certificate const& certificate) {
    return ObjectWriter(certificate)
        .write("chainPem", &Certificate::chain_pem)
        .write("keyPem", &Certificate::key_pem)
        .take();
}

json::object to_json(Backend const& backend) {
    return ObjectWriter(backend).write("endpoints", &Backend::endpoints).take();
}

json::object to_json(Route const& route) {
    return ObjectWriter(route)
        .write("created", &Route::created)
        .write("generation", &Route::generation)
        .write("attachments", &Route::attachments)
        .write("rules", &Route::rules)
        .take();
}

json::object to_json(Table const& table) { return encode_table(table, Secrets::shown); }

json::object to_json_redacted(Table const& table) { return encode_table(table, Secrets::redacted); }

namespace {

template <class Entry>
json::object encode_entry(Entry const& entry, Secrets) {
    return to_json(entry);
}

json::object encode_entry(Certificate const& certificate, Secrets secrets) {
    json::object object = to_json(certificate);
    if (secrets == Secrets::redacted) {
        object["keyPem"] = "redacted, " + std::to_string(certificate.key_pem.size()) + " bytes";
    }
    return object;
}

json::object encode_table(Table const& table, Secrets secrets) {
    json::object object;
    if (!table.gateway.empty()) {
        object.emplace("gateway", table.gateway);
    }
    for_each_collection([&](CollectionName name, auto collection) {
        json::object entries;
        entries.reserve((table.*collection).size());
        for (auto const& [key, entry] : table.*collection) {
            entries.emplace(key, encode_entry(*entry, secrets));
        }
        if (!entries.empty()) {
            object.emplace(name.field, std::move(entries));
        }
    });
    return object;
}

template <class Enum, std::size_t N>
json::value name_of(Enum value, std::array<std::string_view, N> const& names) {
    return json::string(names[static_cast<std::size_t>(value)]);
}

json::value encode(ListenerProtocol value) { return name_of(value, kProtocolNames); }
json::value encode(EndpointState value) { return name_of(value, kEndpointStateNames); }
json::value encode(PathMatchType value) { return name_of(value, kPathTypeNames); }
json::value encode(LiveSessions value) { return name_of(value, kLiveSessionsNames); }

json::value encode(Endpoint const& endpoint) {
    return ObjectWriter(endpoint)
        .write("address", &Endpoint::address)
        .write("port", &Endpoint::port)
        .write("state", &Endpoint::state)
        .take();
}

json::value encode(PathMatch const& path) {
    return ObjectWriter(path)
        .write("type", &PathMatch::type)
        .write("value", &PathMatch::value)
        .take();
}

json::value encode(NameValue const& pair) {
    return ObjectWriter(pair)
        .write("name", &NameValue::name)
        .write("value", &NameValue::value)
        .take();
}

json::value encode(Match const& match) {
    return ObjectWriter(match)
        .write("path", &Match::path)
        .write("headers", &Match::headers)
        .write("queryParams", &Match::query_params)
        .write("subprotocols", &Match::subprotocols)
        .take();
}

json::value encode(WeightedBackend const& backend) {
    return ObjectWriter(backend)
        .write("backend", &WeightedBackend::backend)
        .write("weight", &WeightedBackend::weight)
        .write("valid", &WeightedBackend::valid)
        .take();
}

json::value encode(Timeouts const& timeouts) {
    return ObjectWriter(timeouts)
        .write("connect", &Timeouts::connect)
        .write("handshake", &Timeouts::handshake)
        .write("idle", &Timeouts::idle)
        .write("session", &Timeouts::session)
        .take();
}

json::value encode(Rule const& rule) {
    return ObjectWriter(rule)
        .write("name", &Rule::name)
        .write("matches", &Rule::matches)
        .write("backends", &Rule::backends)
        .write("allowedOrigins", &Rule::allowed_origins)
        .write("replacePrefix", &Rule::replace_prefix)
        .write("timeouts", &Rule::timeouts)
        .write("onChange", &Rule::on_change)
        .write("onDelete", &Rule::on_delete)
        .write("drainOver", &Rule::drain_over)
        .write("drainCode", &Rule::drain_code)
        .write("backendLostCode", &Rule::backend_lost_code)
        .take();
}

json::value encode(Attachment const& attachment) {
    return ObjectWriter(attachment)
        .write("listener", &Attachment::listener)
        .write("hostnames", &Attachment::hostnames)
        .take();
}

template <class T>
json::value encode(std::optional<T> const& value) {
    return encode(*value);  // Written only when it is not the default, which is to have none.
}

template <class T>
json::value encode(std::vector<T> const& items) {
    json::array array;
    array.reserve(items.size());
    for (T const& item : items) {
        array.push_back(encode(item));
    }
    return array;
}

}  // namespace
}  // namespace holdfast::model
