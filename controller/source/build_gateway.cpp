#include <algorithm>
#include <iterator>
#include <utility>

#include "controller/source/build.hpp"
#include "controller/source/fields.hpp"

namespace holdfast::controller {

namespace {

GatewayListener listener(Value const& value, std::string const& gateway_namespace);
SecretRef secret_ref(Value const& value, std::string const& gateway_namespace);
std::string parameters_ref(Value const& owner);
NamespacesFrom namespaces_from(std::string const& text);
std::string client_validation(Value const& spec, std::size_t index, std::uint16_t port);
LabelSelector label_selector(Value const& value);
LabelSelector::Operator selector_operator(std::string const& text);

}  // namespace

Object build_gateway_class(ObjectMeta meta, Value const& document, std::vector<Fault>&) {
    Value const& spec = map_field(document, "spec");
    auto gateway_class = std::make_shared<GatewayClass>();
    gateway_class->meta = std::move(meta);
    gateway_class->controller_name = text_field(spec, "controllerName");
    gateway_class->parameters_ref = parameters_ref(spec);
    return std::shared_ptr<GatewayClass const>(std::move(gateway_class));
}

Object build_gateway(ObjectMeta meta, Value const& document, std::vector<Fault>&) {
    Value const& spec = map_field(document, "spec");
    auto gateway = std::make_shared<Gateway>();
    gateway->meta = std::move(meta);
    gateway->class_name = text_field(spec, "gatewayClassName");
    for (Value const& address : items_field(spec, "addresses")) {
        gateway->addresses.push_back(text_field(address, "value"));
    }
    gateway->parameters_ref = parameters_ref(map_field(spec, "infrastructure"));
    std::vector<Value> const& listeners = items_field(spec, "listeners");
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        GatewayListener& added =
            gateway->listeners.emplace_back(listener(listeners[i], gateway->meta.name_space));
        added.client_validation = client_validation(spec, i, added.port);
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

std::string parameters_ref(Value const& owner) {
    Value const* const ref = owner.find("parametersRef");
    if (ref == nullptr) return {};
    return text_field(*ref, "kind") + " " + text_field(*ref, "name");
}

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
    if (Value const* const selector = namespaces.find("selector"); selector != nullptr) {
        listener.selector = label_selector(*selector);
    }
    return listener;
}

/// The listener's own field is of Gateway API up to 1.3, experimental; `spec.tls` came with 1.4. An
/// entry of its port stands in place of the default, even when it demands nothing.
std::string client_validation(Value const& spec, std::size_t index, std::uint16_t port) {
    Value const& tls = map_field(items_field(spec, "listeners")[index], "tls");
    if (tls.find("frontendValidation") != nullptr) {
        return field_path("spec.listeners", index) + ".tls.frontendValidation";
    }
    Value const& frontend = map_field(map_field(spec, "tls"), "frontend");
    std::vector<Value> const& ports = items_field(frontend, "perPort");
    for (std::size_t i = 0; i < ports.size(); ++i) {
        if (integer_field<std::uint16_t>(ports[i], "port") != port) continue;
        bool const demands = map_field(ports[i], "tls").find("validation") != nullptr;
        return demands ? field_path("spec.tls.frontend.perPort", i) + ".tls.validation" : "";
    }
    bool const demands = map_field(frontend, "default").find("validation") != nullptr;
    return demands ? "spec.tls.frontend.default.validation" : "";
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
