#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/ascii.hpp"
#include "controller/source/build.hpp"
#include "controller/source/fields.hpp"

namespace holdfast::controller {

namespace {

ParentRef parent_ref(Value const& value, std::string const& route_namespace);
RouteRule route_rule(Value const& value, std::size_t index, std::string const& route_namespace);
BackendRef backend_ref(Value const& value, std::string const& route_namespace);
model::Match match(Value const& value);
std::vector<model::NameValue> name_values(Value const& match, std::string_view name);
model::Timeouts timeouts(Value const& value);
model::LiveSessions live_sessions(std::string const& text);

}  // namespace

Object build_route(ObjectMeta meta, Value const& document, std::vector<Fault>&) {
    Value const& spec = map_field(document, "spec");
    auto route = std::make_shared<WebSocketRoute>();
    route->meta = std::move(meta);
    for (Value const& ref : items_field(spec, "parentRefs")) {
        route->parent_refs.push_back(parent_ref(ref, route->meta.name_space));
    }
    route->hostnames = texts_field(spec, "hostnames");
    std::vector<Value> const& rules = items_field(spec, "rules");
    for (std::size_t i = 0; i < rules.size(); ++i) {
        route->rules.push_back(route_rule(rules[i], i, route->meta.name_space));
    }
    return std::shared_ptr<WebSocketRoute const>(std::move(route));
}

namespace {

std::string namespace_or(Value const& ref, std::string const& fallback) {
    std::string name_space = text_field(ref, "namespace");
    return name_space.empty() ? fallback : name_space;
}

ParentRef parent_ref(Value const& value, std::string const& route_namespace) {
    return {.group = text_field(value, "group"),
            .kind = text_field(value, "kind"),
            .name_space = namespace_or(value, route_namespace),
            .name = text_field(value, "name"),
            .section_name = text_field(value, "sectionName"),
            .port = integer_field<std::uint16_t>(value, "port")};
}

RouteRule route_rule(Value const& value, std::size_t index, std::string const& route_namespace) {
    RouteRule out;
    model::Rule& rule = out.rule;
    rule.name = text_field(value, "name");
    if (rule.name.empty()) rule.name = std::to_string(index);
    std::ranges::transform(items_field(value, "matches"), std::back_inserter(rule.matches), match);
    rule.allowed_origins = texts_field(value, "allowedOrigins");
    if (Value const* const rewrite = value.find("rewrite"); rewrite != nullptr) {
        rule.replace_prefix = text_field(*rewrite, "replacePrefixMatch");
    }
    rule.timeouts = timeouts(map_field(value, "timeouts"));
    rule.on_change = live_sessions(text_field(value, "onRouteChange"));
    rule.on_delete = live_sessions(text_field(value, "onRouteDelete"));
    Value const& drain = map_field(value, "drain");
    rule.drain_over = duration_field(drain, "over");
    rule.drain_code = integer_field<std::uint16_t>(drain, "code");
    rule.backend_lost_code = integer_field<std::uint16_t>(value, "backendLostCode");
    for (Value const& ref : items_field(value, "backendRefs")) {
        out.backend_refs.push_back(backend_ref(ref, route_namespace));
    }
    return out;
}

BackendRef backend_ref(Value const& value, std::string const& route_namespace) {
    return {.group = text_field(value, "group"),
            .kind = text_field(value, "kind"),
            .name_space = namespace_or(value, route_namespace),
            .name = text_field(value, "name"),
            .port = integer_field<std::uint16_t>(value, "port"),
            .weight = integer_field<std::uint32_t>(value, "weight")};
}

model::Match match(Value const& value) {
    Value const& path = map_field(value, "path");
    bool const exact = text_field(path, "type") == "Exact";
    model::Match match;
    match.path.type = exact ? model::PathMatchType::exact : model::PathMatchType::prefix;
    match.path.value = text_field(path, "value");
    match.headers = name_values(value, "headers");
    for (model::NameValue& header : match.headers) {
        header.name = to_lower(header.name);
    }
    match.query_params = name_values(value, "queryParams");
    match.subprotocols = texts_field(value, "subprotocols");
    return match;
}

std::vector<model::NameValue> name_values(Value const& match, std::string_view name) {
    std::vector<model::NameValue> pairs;
    for (Value const& item : items_field(match, name)) {
        pairs.push_back({text_field(item, "name"), text_field(item, "value")});
    }
    return pairs;
}

model::Timeouts timeouts(Value const& value) {
    return {.connect = duration_field(value, "connect"),
            .handshake = duration_field(value, "handshake"),
            .idle = duration_field(value, "idle"),
            .session = duration_field(value, "session")};
}

model::LiveSessions live_sessions(std::string const& text) {
    if (text == "Keep") return model::LiveSessions::keep;
    return text == "Drain" ? model::LiveSessions::drain : model::LiveSessions::close;
}

}  // namespace

}  // namespace holdfast::controller
