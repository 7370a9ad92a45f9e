#include "tests/unit/translate/random_objects.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <utility>

#include "tests/support/certificate.hpp"

namespace holdfast::test {
namespace {

using namespace holdfast::controller;
using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

bool one_in(Random& random, std::size_t n) { return below(random, n) == 0; }

template <std::size_t Size>
std::string pick(Random& random, std::array<char const*, Size> const& from) {
    return from[below(random, Size)];
}

std::string a_namespace(Random& random) { return pick<2>(random, {"default", "infra"}); }
std::string a_name(Random& random) { return pick<2>(random, {"a", "b"}); }
std::string a_host(Random& random) {
    return pick<6>(random, {"", "*.example.com", "chat.example.com", "*.chat.example.com",
                            "eu.chat.example.com", "example.org"});
}
std::uint16_t a_port(Random& random) { return static_cast<std::uint16_t>(80 + below(random, 3)); }

ObjectMeta a_meta(Random& random) {
    ObjectMeta meta;
    meta.name_space = a_namespace(random);
    meta.name = a_name(random);
    meta.created = pick<3>(random, {"", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"});
    meta.generation = static_cast<std::int64_t>(below(random, 5));
    return meta;
}

GatewayListener a_listener(Random& random, std::size_t index) {
    GatewayListener listener;
    listener.name = "l" + std::to_string(index);
    listener.hostname = a_host(random);
    listener.port = a_port(random);
    listener.protocol = pick<5>(random, {"HTTP", "HTTP", "HTTP", "HTTPS", "TCP"});
    if (listener.protocol == "HTTPS") {
        listener.tls_mode = "Terminate";
        listener.certificate_refs.resize(1 + below(random, 2));
        for (SecretRef& ref : listener.certificate_refs) {
            ref.name_space = a_namespace(random);
            ref.name = a_name(random);
        }
    }
    listener.from = static_cast<NamespacesFrom>(below(random, 3));
    if (listener.from == NamespacesFrom::selector) {
        listener.selector =
            LabelSelector{{{.key = "team",
                            .op = static_cast<LabelSelector::Operator>(below(random, 4)),
                            .values = {"chat"}}}};
    }
    return listener;
}

Object a_gateway(Random& random) {
    Gateway gateway;
    gateway.meta = a_meta(random);
    gateway.class_name = one_in(random, 6) ? "nginx" : "holdfast";
    for (std::size_t i = 0, count = 1 + below(random, 4); i < count; ++i) {
        gateway.listeners.push_back(a_listener(random, i));
    }
    return std::make_shared<Gateway const>(std::move(gateway));
}

RouteRule a_rule(Random& random, std::size_t index) {
    RouteRule rule;
    rule.rule.name = std::to_string(index);
    model::Match match;
    match.path.type = static_cast<model::PathMatchType>(below(random, 2));
    match.path.value = pick<3>(random, {"/", "/chat", "/chat/rooms"});
    if (one_in(random, 3)) match.headers = {{"x-a", "1"}};
    rule.rule.matches = {match};
    if (one_in(random, 8)) rule.rule.allowed_origins = {"not an origin"};
    rule.backend_refs.resize(1 + below(random, 3));
    for (BackendRef& ref : rule.backend_refs) {
        ref.kind = one_in(random, 10) ? "Bucket" : "Service";
        ref.name_space = a_namespace(random);
        ref.name = a_name(random);
        ref.port = a_port(random);
        ref.weight = static_cast<std::uint32_t>(below(random, 3));
    }
    return rule;
}

Object a_route(Random& random) {
    WebSocketRoute route;
    route.meta = a_meta(random);
    route.parent_refs.resize(1 + below(random, 2));
    for (ParentRef& ref : route.parent_refs) {
        ref.name_space = a_namespace(random);
        ref.name = a_name(random);
        if (one_in(random, 3)) ref.section_name = "l" + std::to_string(below(random, 4));
        if (one_in(random, 4)) ref.port = a_port(random);
    }
    for (std::size_t i = 0, count = below(random, 3); i < count; ++i) {
        if (std::string host = a_host(random); !host.empty()) {
            route.hostnames.push_back(std::move(host));
        }
    }
    for (std::size_t i = 0, count = 1 + below(random, 3); i < count; ++i) {
        route.rules.push_back(a_rule(random, i));
    }
    return std::make_shared<WebSocketRoute const>(std::move(route));
}

Object a_service(Random& random) {
    Service service;
    service.meta = a_meta(random);
    service.type = one_in(random, 10) ? "ExternalName" : "ClusterIP";
    for (std::uint16_t port = 80; port < 83; ++port) {
        service.ports.push_back({.name = "p" + std::to_string(port),
                                 .port = port,
                                 .app_protocol = one_in(random, 6) ? "https" : ""});
    }
    return std::make_shared<Service const>(std::move(service));
}

Object a_slice(Random& random) {
    EndpointSlice slice;
    slice.meta = a_meta(random);
    slice.meta.name += std::to_string(below(random, 6));
    slice.service = a_name(random);
    bool const v6 = one_in(random, 3);
    slice.address_type = v6 ? "IPv6" : "IPv4";
    for (std::size_t i = 0, count = below(random, 6); i < count; ++i) {
        std::string const last = std::to_string(below(random, 5));
        bool const terminating = one_in(random, 3);
        slice.endpoints.push_back({.address = (v6 ? "fd00::" : "10.0.0.") + last,
                                   .ready = !terminating && !one_in(random, 5),
                                   .serving = !one_in(random, 5),
                                   .terminating = terminating});
    }
    slice.ports = {{.name = "p80", .port = 9080}, {.name = "p81", .port = 9081}};
    return std::make_shared<EndpointSlice const>(std::move(slice));
}

Object a_secret(Random& random) {
    static model::Certificate const certificate = make_certificate("chat.example.com");
    Secret secret;
    secret.meta = a_meta(random);
    secret.type = one_in(random, 4) ? "Opaque" : "kubernetes.io/tls";
    secret.data = {{"tls.crt", certificate.chain_pem}, {"tls.key", certificate.key_pem}};
    return std::make_shared<Secret const>(std::move(secret));
}

Object a_grant(Random& random) {
    ReferenceGrant grant;
    grant.meta = a_meta(random);
    grant.from = {{"gateway.networking.k8s.io", "Gateway", a_namespace(random)},
                  {"holdfast.dev", "WebSocketRoute", a_namespace(random)}};
    grant.to = {{"", "Service", one_in(random, 2) ? "" : a_name(random)}, {"", "Secret", ""}};
    return std::make_shared<ReferenceGrant const>(std::move(grant));
}

Object a_namespace_object(Random& random) {
    Namespace name_space;
    name_space.meta.name = a_namespace(random);
    if (one_in(random, 2)) name_space.meta.labels = {{"team", one_in(random, 2) ? "chat" : "news"}};
    return std::make_shared<Namespace const>(std::move(name_space));
}

void shuffle_inside(Gateway& gateway, Random& random) {
    std::ranges::shuffle(gateway.listeners, random);
}
void shuffle_inside(EndpointSlice& slice, Random& random) {
    std::ranges::shuffle(slice.endpoints, random);
    std::ranges::shuffle(slice.ports, random);
    // Slices are read by name, so that a new name is a new place among the others.
    slice.meta.name = std::to_string(random()) + slice.meta.name;
}
void shuffle_inside(ReferenceGrant& grant, Random& random) {
    std::ranges::shuffle(grant.from, random);
    std::ranges::shuffle(grant.to, random);
}
template <class T>
void shuffle_inside(T&, Random&) {}

}  // namespace

std::vector<Object> random_objects(Random& random) {
    constexpr std::array makers{a_gateway, a_route,  a_route, a_service,         a_service,
                                a_slice,   a_secret, a_grant, a_namespace_object};
    std::map<ObjectId, Object> objects;
    for (std::size_t i = 0, count = 2 + below(random, 79); i < count; ++i) {
        Object object = makers[below(random, makers.size())](random);
        ObjectId id = id_of(object);
        objects.insert_or_assign(std::move(id), std::move(object));
    }
    std::vector<Object> list;
    for (auto& [id, object] : objects) {
        list.push_back(std::move(object));
    }
    return list;
}

std::vector<Object> unrelated_objects() {
    Random random(1);
    Gateway gateway;
    gateway.meta.name_space = "elsewhere";
    gateway.meta.name = "a";
    gateway.class_name = "nginx";
    gateway.listeners = {a_listener(random, 0)};
    std::vector<Object> objects{std::make_shared<Gateway const>(gateway)};
    auto const add = [&objects](auto const& pointer) {
        auto copy = *pointer;
        copy.meta.name_space = "elsewhere";
        objects.push_back(std::make_shared<std::remove_cvref_t<decltype(copy)> const>(copy));
    };
    for (Object const& object :
         {a_service(random), a_slice(random), a_secret(random), a_grant(random)}) {
        std::visit(add, object);
    }
    Namespace name_space;
    name_space.meta.name = "elsewhere";
    objects.push_back(std::make_shared<Namespace const>(name_space));
    return objects;
}

std::vector<Object> reordered(std::vector<Object> objects, Random& random) {
    for (Object& object : objects) {
        std::visit(
            [&random](auto& pointer) {
                auto copy = *pointer;
                shuffle_inside(copy, random);
                pointer = std::make_shared<std::remove_cvref_t<decltype(copy)> const>(copy);
            },
            object);
    }
    std::ranges::shuffle(objects, random);
    return objects;
}

}  // namespace holdfast::test
