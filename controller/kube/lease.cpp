#include "controller/kube/lease.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include <utility>

#include "controller/kube/api_status.hpp"

namespace json = boost::json;

namespace holdfast::controller::kube {
namespace {

constexpr std::string_view kHolder = "holderIdentity";
constexpr std::string_view kDuration = "leaseDurationSeconds";
constexpr std::string_view kAcquireTime = "acquireTime";
constexpr std::string_view kRenewTime = "renewTime";
constexpr std::string_view kTransitions = "leaseTransitions";

/// A field that is absent or null leaves `field` as it is; false when it has another type.
template <class T>
bool read(json::object const& spec, std::string_view name, T& field);
void write_time(json::object& spec, std::string_view name, std::string const& time);

}  // namespace

Lease new_lease(std::string_view name_space, std::string_view name) {
    return {.record = {},
            .object = {{"apiVersion", "coordination.k8s.io/v1"},
                       {"kind", "Lease"},
                       {"metadata", {{"namespace", name_space}, {"name", name}}}}};
}

Outcome<Lease> parse_lease(std::string_view text) {
    boost::system::error_code error;
    json::value value = json::parse(text, error);
    if (error) return Failure{error, "the API server's answer is no JSON"};
    json::value const* const kind =
        value.is_object() ? value.get_object().if_contains("kind") : nullptr;
    if (kind == nullptr || *kind != "Lease") {
        return Failure{{}, "the API server's answer is no Lease"};
    }
    Lease lease{.record = {}, .object = std::move(value.as_object())};
    json::value const* const spec = lease.object.if_contains("spec");
    if (spec == nullptr) return lease;
    std::int32_t seconds = 0;
    LeaseRecord& record = lease.record;
    bool const good = spec->is_object() && read(spec->as_object(), kHolder, record.holder) &&
                      read(spec->as_object(), kDuration, seconds) &&
                      read(spec->as_object(), kAcquireTime, record.acquire_time) &&
                      read(spec->as_object(), kRenewTime, record.renew_time) &&
                      read(spec->as_object(), kTransitions, record.transitions);
    if (!good) return Failure{{}, "the API server's answer is no Lease"};
    record.duration = std::chrono::seconds(seconds);
    return lease;
}

std::string to_json(Lease const& lease) {
    json::object object = lease.object;
    json::value& value = object["spec"];
    json::object& spec = value.is_object() ? value.as_object() : value.emplace_object();
    LeaseRecord const& record = lease.record;
    spec[kHolder] = record.holder;
    spec[kDuration] = record.duration.count();
    write_time(spec, kAcquireTime, record.acquire_time);
    write_time(spec, kRenewTime, record.renew_time);
    spec[kTransitions] = record.transitions;
    return json::serialize(object);
}

LeaseAnswer lease_answer(Outcome<Answer> const& outcome) {
    if (!outcome) return outcome.error();
    if (outcome->status == 404) return LeaseMissing{};
    if (outcome->status == 409) return LeaseConflict{};
    if (outcome->status / 100 != 2) return Failure{{}, to_string(api_status(*outcome))};
    Outcome<Lease> lease = parse_lease(outcome->body);
    if (!lease) return lease.error();
    return std::move(*lease);
}

namespace {

template <class T>
bool read(json::object const& spec, std::string_view name, T& field) {
    json::value const* const value = spec.if_contains(name);
    if (value == nullptr || value->is_null()) return true;
    auto parsed = json::try_value_to<T>(*value);
    if (parsed) field = std::move(*parsed);
    return parsed.has_value();
}

/// An empty text is no time that the API server takes.
void write_time(json::object& spec, std::string_view name, std::string const& time) {
    if (time.empty()) {
        spec.erase(name);
    } else {
        spec[name] = time;
    }
}

}  // namespace
}  // namespace holdfast::controller::kube
