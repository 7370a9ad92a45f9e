#include <utility>

#include "common/base/address.hpp"
#include "controller/source/base64.hpp"
#include "controller/source/build.hpp"
#include "controller/source/fields.hpp"

namespace holdfast::controller {

namespace {

constexpr char const* kServiceNameLabel = "kubernetes.io/service-name";

/// WebSockets go over TCP; ports of other protocols are not there for us.
bool is_tcp(Value const& port) { return text_field(port, "protocol") == "TCP"; }

std::vector<std::string> addresses(Value const& service);
SliceEndpoint slice_endpoint(Value const& value);
void check_addresses(EndpointSlice const& slice, Value const& document, std::vector<Fault>& faults);
void decode_data(Secret& secret, Value const& data, std::vector<Fault>& faults);

}  // namespace

Object build_service(ObjectMeta meta, Value const& document, std::vector<Fault>&) {
    Value const& spec = map_field(document, "spec");
    auto service = std::make_shared<Service>();
    service->meta = std::move(meta);
    service->type = text_field(spec, "type");
    for (Value const& port : items_field(spec, "ports")) {
        if (!is_tcp(port)) continue;
        service->ports.push_back({.name = text_field(port, "name"),
                                  .port = integer_field<std::uint16_t>(port, "port"),
                                  .app_protocol = text_field(port, "appProtocol")});
    }
    service->addresses = addresses(document);
    return std::shared_ptr<Service const>(std::move(service));
}

Object build_endpoint_slice(ObjectMeta meta, Value const& document, std::vector<Fault>& faults) {
    auto slice = std::make_shared<EndpointSlice>();
    slice->meta = std::move(meta);
    auto const label = slice->meta.labels.find(kServiceNameLabel);
    if (label != slice->meta.labels.end()) slice->service = label->second;
    slice->address_type = text_field(document, "addressType");
    for (Value const& endpoint : items_field(document, "endpoints")) {
        slice->endpoints.push_back(slice_endpoint(endpoint));
    }
    for (Value const& port : items_field(document, "ports")) {
        // A port without a number stands for every port, which a proxy cannot dial.
        if (!is_tcp(port) || port.find("port") == nullptr) continue;
        slice->ports.push_back(
            {.name = text_field(port, "name"), .port = integer_field<std::uint16_t>(port, "port")});
    }
    check_addresses(*slice, document, faults);
    return std::shared_ptr<EndpointSlice const>(std::move(slice));
}

Object build_secret(ObjectMeta meta, Value const& document, std::vector<Fault>& faults) {
    auto secret = std::make_shared<Secret>();
    secret->meta = std::move(meta);
    secret->type = text_field(document, "type");
    decode_data(*secret, map_field(document, "data"), faults);
    for (auto& [key, text] : text_map_field(document, "stringData")) {
        secret->data.insert_or_assign(key, text);
    }
    return std::shared_ptr<Secret const>(std::move(secret));
}

Object build_namespace(ObjectMeta meta, Value const&, std::vector<Fault>&) {
    auto name_space = std::make_shared<Namespace>();
    name_space->meta = std::move(meta);
    return std::shared_ptr<Namespace const>(std::move(name_space));
}

namespace {

std::vector<std::string> addresses(Value const& service) {
    std::vector<std::string> found;
    Value const& balancer = map_field(map_field(service, "status"), "loadBalancer");
    for (Value const& ingress : items_field(balancer, "ingress")) {
        std::string const ip = text_field(ingress, "ip");
        found.push_back(ip.empty() ? text_field(ingress, "hostname") : ip);
    }
    if (found.empty()) found = texts_field(map_field(service, "spec"), "clusterIPs");
    // Of a headless Service, and of an entry that has neither.
    std::erase_if(found, [](std::string const& one) { return one.empty() || one == "None"; });
    return found;
}

SliceEndpoint slice_endpoint(Value const& value) {
    Value const& conditions = map_field(value, "conditions");
    return {.address = items_field(value, "addresses").front().text,
            .ready = boolean_field(conditions, "ready"),
            .serving = boolean_field(conditions, "serving"),
            .terminating = boolean_field(conditions, "terminating")};
}

void check_addresses(EndpointSlice const& slice, Value const& document,
                     std::vector<Fault>& faults) {
    if (slice.address_type == "FQDN") return;
    IpFamily const family = slice.address_type == "IPv4" ? IpFamily::v4 : IpFamily::v6;
    std::vector<Value> const& endpoints = items_field(document, "endpoints");
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        std::vector<Value> const& addresses = items_field(endpoints[i], "addresses");
        for (std::size_t j = 0; j < addresses.size(); ++j) {
            if (ip_family(addresses[j].text) == family) continue;
            std::string const endpoint = field_path("endpoints", i);
            faults.push_back({addresses[j].at, field_path(field_path(endpoint, "addresses"), j),
                              "must be an " + slice.address_type + " address"});
        }
    }
}

void decode_data(Secret& secret, Value const& data, std::vector<Fault>& faults) {
    for (Member const& member : data.members) {
        std::optional<std::string> bytes = decode_base64(member.value.text);
        if (bytes) {
            secret.data.insert_or_assign(member.name, std::move(*bytes));
        } else {
            faults.push_back({member.value.at, field_path("data", member.name),
                              "must be base64 (plain text goes into stringData)"});
        }
    }
}

}  // namespace

}  // namespace holdfast::controller
