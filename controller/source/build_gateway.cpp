#include <algorithm>
#include <iterator>
#include <utility>

#include "controller/source/build.hpp"
#include "controller/source/fields.hpp"

namespace holdfast::controller {

namespace {

GatewayListener listener(Value const& value, std::string const& gateway_namespace);
SecretRef secret_ref(Value const& value, std::string const& gateway_namespace);
NamespacesFrom namespaces_from(std::string const& text);
LabelSelector label_selector(Value const& value);
LabelSelector::Operator selector_operator(std::string const& text);

}  // namespace

Object build_gateway(ObjectMeta meta, Value const& document, std::vector<Fault>&) {
    Value const& spec = map_field(document, "spec");
    auto gateway = std::make_shared<Gateway>();
    gateway->meta = std::move(meta);
    gateway->class_name = text_field(spec, "gatewayClassName");
    for (Value const& value : items_field(spec, "listeners")) {
        gateway->listeners.push_back(listener(value, gateway->meta.name_space));
    }
    return std::shared_ptr<Gateway const>(std::move(gateway));
}

Object build_reference_grant(ObjectMeta meta, Value const& document, std::vector<Fault>&) {
    Value const& spec = map_field(document, "spec");
    auto grant = std::make_shared<ReferenceGrant>();
    grant->meta = std::move(meta);
    for (Value const& from : items_field(spec, "from")) {
        grant->from.push_back({.group = text_field(from, "group"),
                               .kind = text_field(from, "kind"),
                               .name_space = text_field(from, "namespace")});
    }
    for (Value const& to : items_field(spec, "to")) {
        grant->to.push_back({.group = text_field(to, "group"),
                             .kind = text_field(to, "kind"),
                             .name = text_field(to, "name")});
    }
    return std::shared_ptr<ReferenceGrant const>(std::move(grant));
}

namespace {

GatewayListener listener(Value const& value, std::string const& gateway_namespace) {
    GatewayListener listener;
    listener.name = text_field(value, "name");
    listener.hostname = text_field(value, "hostname");
    listener.port = integer_field<std::uint16_t>(value, "port");
    listener.protocol = text_field(value, "protocol");
    Value const& tls = map_field(value, "tls");
    listener.tls_mode = text_field(tls, "mode");
    for (Value const& ref : items_field(tls, "certificateRefs")) {
        listener.certificate_refs.push_back(secret_ref(ref, gateway_namespace));
    }
    Value const& allowed = map_field(value, "allowedRoutes");
    for (Value const& kind : items_field(allowed, "kinds")) {
        listener.kinds.push_back({text_field(kind, "group"), text_field(kind, "kind")});
    }
    Value const& namespaces = map_field(allowed, "namespaces");
    listener.from = namespaces_from(text_field(namespaces, "from"));
    listener.selector = label_selector(map_field(namespaces, "selector"));
    return listener;
}

SecretRef secret_ref(Value const& value, std::string const& gateway_namespace) {
    SecretRef ref{.group = text_field(value, "group"),
                  .kind = text_field(value, "kind"),
                  .name_space = text_field(value, "namespace"),
                  .name = text_field(value, "name")};
    if (ref.name_space.empty()) ref.name_space = gateway_namespace;
    return ref;
}

NamespacesFrom namespaces_from(std::string const& text) {
    if (text == "All") return NamespacesFrom::all;
    return text == "Selector" ? NamespacesFrom::selector : NamespacesFrom::same;
}

LabelSelector label_selector(Value const& value) {
    LabelSelector selector;
    for (auto const& [label, text] : text_map_field(value, "matchLabels")) {
        selector.requirements.push_back(
            {.key = label, .op = LabelSelector::Operator::in, .values = {text}});
    }
    for (Value const& expression : items_field(value, "matchExpressions")) {
        selector.requirements.push_back(
            {.key = text_field(expression, "key"),
             .op = selector_operator(text_field(expression, "operator")),
             .values = texts_field(expression, "values")});
    }
    return selector;
}

LabelSelector::Operator selector_operator(std::string const& text) {
    if (text == "In") return LabelSelector::Operator::in;
    if (text == "NotIn") return LabelSelector::Operator::not_in;
    return text == "Exists" ? LabelSelector::Operator::exists
                            : LabelSelector::Operator::does_not_exist;
}

}  // namespace

}  // namespace holdfast::controller
