#include <boost/json/object.hpp>

#include <type_traits>

#include "common/model/collections.hpp"
#include "common/model/json_reader.hpp"
#include "common/model/table_json.hpp"

namespace holdfast::model {

namespace json = boost::json;

// In the named namespace, since the reader's templates find them by argument-dependent lookup.
void read_value(json::value const& json, Place const& place, Listener& into);
void read_value(json::value const& json, Place const& place, Certificate& into);
void read_value(json::value const& json, Place const& place, Backend& into);
void read_value(json::value const& json, Place const& place, Route& into);
void read_value(json::value const& json, Place const& place, ListenerProtocol& into);
void read_value(json::value const& json, Place const& place, EndpointState& into);
void read_value(json::value const& json, Place const& place, PathMatchType& into);
void read_value(json::value const& json, Place const& place, LiveSessions& into);
void read_value(json::value const& json, Place const& place, Endpoint& into);
void read_value(json::value const& json, Place const& place, Attachment& into);
void read_value(json::value const& json, Place const& place, Rule& into);
void read_value(json::value const& json, Place const& place, Match& into);
void read_value(json::value const& json, Place const& place, PathMatch& into);
void read_value(json::value const& json, Place const& place, NameValue& into);
void read_value(json::value const& json, Place const& place, WeightedBackend& into);
void read_value(json::value const& json, Place const& place, Timeouts& into);

namespace {

template <class Entry>
void read_entry(json::value const& json, Place const& place, std::shared_ptr<Entry const>& into) {
    auto entry = std::make_shared<Entry>();
    read_value(json, place, *entry);
    into = std::move(entry);
}

template <class Entry>
void read_collection(json::value const& json, CollectionName name, Collection<Entry>& into,
                     std::vector<Problem>& problems) {
    if (!json.is_object()) {
        Place const table("Table", "", problems);
        report_type(json, Place(table, name.field), "an object");
        return;
    }
    for (json::key_value_pair const& member : json.get_object()) {
        std::string const key(member.key());
        read_entry(member.value(), Place(name.kind, key, problems), into[key]);
    }
}

}  // namespace

Checked<Table> table_from_json(json::value const& json) {
    std::vector<Problem> problems;
    Table table;
    Place const place("Table", "", problems);
    ObjectReader(json, place).read("gateway", table.gateway);
    for_each_collection([&](CollectionName name, auto collection) {
        json::object const* object = json.if_object();
        json::value const* entries = object ? object->if_contains(name.field) : nullptr;
        if (entries != nullptr) {
            read_collection(*entries, name, table.*collection, problems);
        }
    });
    if (!problems.empty()) {
        return problems;
    }
    return table;
}

bool entry_from_json(std::string_view collection, std::string_view key, json::value const& json,
                     Table& table, std::vector<Problem>& problems) {
    std::size_t const problems_before = problems.size();
    bool known = false;
    for_each_collection([&](CollectionName name, auto member) {
        if (name.field != collection) {
            return;
        }
        known = true;
        typename std::remove_reference_t<decltype(table.*member)>::mapped_type entry;
        read_entry(json, Place(name.kind, key, problems), entry);
        if (problems.size() == problems_before) {
            (table.*member).insert_or_assign(std::string(key), std::move(entry));
        }
    });
    if (!known) {
        Place("Table", "", problems).problem("has no collection " + in_quotes(collection));
    }
    return problems.size() == problems_before;
}

void read_value(json::value const& json, Place const& place, ListenerProtocol& into) {
    into = static_cast<ListenerProtocol>(read_name(json, place, kProtocolNames).value_or(0));
}

void read_value(json::value const& json, Place const& place, EndpointState& into) {
    into = static_cast<EndpointState>(read_name(json, place, kEndpointStateNames).value_or(0));
}

void read_value(json::value const& json, Place const& place, PathMatchType& into) {
    into = static_cast<PathMatchType>(read_name(json, place, kPathTypeNames).value_or(0));
}

void read_value(json::value const& json, Place const& place, LiveSessions& into) {
    into = static_cast<LiveSessions>(read_name(json, place, kLiveSessionsNames).value_or(0));
}

void read_value(json::value const& json, Place const& place, Listener& into) {
    ObjectReader const reader(json, place);
    reader.read("name", into.name);
    reader.read("port", into.port);
    reader.read("protocol", into.protocol);
    reader.read("hostname", into.hostname);
    reader.read("certificates", into.certificates);
}

void read_value(json::value const& json, Place const& place, Certificate& into) {
    ObjectReader const reader(json, place);
    reader.read("chainPem", into.chain_pem);
    reader.read("keyPem", into.key_pem);
}

void read_value(json::value const& json, Place const& place, Backend& into) {
    ObjectReader(json, place).read("endpoints", into.endpoints);
}

void read_value(json::value const& json, Place const& place, Endpoint& into) {
    ObjectReader const reader(json, place);
    reader.read("address", into.address);
    reader.read("port", into.port);
    reader.read("state", into.state);
}

void read_value(json::value const& json, Place const& place, Route& into) {
    ObjectReader const reader(json, place);
    reader.read("created", into.created);
    reader.read("generation", into.generation);
    reader.read("attachments", into.attachments);
    reader.read("rules", into.rules);
}

void read_value(json::value const& json, Place const& place, Attachment& into) {
    ObjectReader const reader(json, place);
    reader.read("listener", into.listener);
    reader.read("hostnames", into.hostnames);
}

void read_value(json::value const& json, Place const& place, Rule& into) {
    ObjectReader const reader(json, place);
    reader.read("name", into.name);
    reader.read("matches", into.matches);
    reader.read("backends", into.backends);
    reader.read("allowedOrigins", into.allowed_origins);
    reader.read("replacePrefix", into.replace_prefix);
    reader.read("timeouts", into.timeouts);
    reader.read("onChange", into.on_change);
    reader.read("onDelete", into.on_delete);
    reader.read("drainOver", into.drain_over);
    reader.read("drainCode", into.drain_code);
    reader.read("backendLostCode", into.backend_lost_code);
}

void read_value(json::value const& json, Place const& place, Match& into) {
    ObjectReader const reader(json, place);
    reader.read("path", into.path);
    reader.read("headers", into.headers);
    reader.read("queryParams", into.query_params);
    reader.read("subprotocols", into.subprotocols);
}

void read_value(json::value const& json, Place const& place, PathMatch& into) {
    ObjectReader const reader(json, place);
    reader.read("type", into.type);
    reader.read("value", into.value);
}

void read_value(json::value const& json, Place const& place, NameValue& into) {
    ObjectReader const reader(json, place);
    reader.read("name", into.name);
    reader.read("value", into.value);
}

void read_value(json::value const& json, Place const& place, WeightedBackend& into) {
    ObjectReader const reader(json, place);
    reader.read("backend", into.backend);
    reader.read("weight", into.weight);
    reader.read("valid", into.valid);
}

void read_value(json::value const& json, Place const& place, Timeouts& into) {
    ObjectReader const reader(json, place);
    reader.read("connect", into.connect);
    reader.read("handshake", into.handshake);
    reader.read("idle", into.idle);
    reader.read("session", into.session);
}

}  // namespace holdfast::model
