#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "common/base/address.hpp"
#include "common/model/syntax.hpp"
#include "common/model/validate_parts.hpp"

namespace holdfast::model {
namespace {

void validate_endpoint(Endpoint const& endpoint, Place const& place);
/// Why nobody may dial this address, or nothing.
std::string_view refusal_of(std::string const& address, IpFamily family) noexcept;
std::string_view refusal_of_v4(std::uint32_t address) noexcept;

}  // namespace

void validate_backend(std::string_view key, Backend const& backend,
                      std::vector<Problem>& problems) {
    Place const place("Backend", key, problems);
    if (!is_backend_key(key)) {
        place.problem("key must be namespace/name:port");
    }
    Place const endpoints(place, "endpoints");
    for (std::size_t i = 0; i < backend.endpoints.size(); ++i) {
        Place const here(endpoints, i);
        Endpoint const& endpoint = backend.endpoints[i];
        validate_endpoint(endpoint, here);
        if (i == 0) {
            continue;
        }
        Endpoint const& before = backend.endpoints[i - 1];
        if (endpoint < before) {
            here.problem("must come before the endpoint in front of it: the list is sorted");
        } else if (endpoint.address == before.address && endpoint.port == before.port) {
            here.problem("is in the list already");
        }
    }
}

namespace {

void validate_endpoint(Endpoint const& endpoint, Place const& place) {
    Place const address(place, "address");
    if (auto const family = ip_family(endpoint.address); !family) {
        address.problem("must be an IPv4 or IPv6 address, not " + in_quotes(endpoint.address));
    } else if (auto const refusal = refusal_of(endpoint.address, *family); !refusal.empty()) {
        address.problem("must be an address of one host, and " + in_quotes(endpoint.address) +
                        " is " + std::string(refusal));
    }
    if (endpoint.port == 0) {
        Place(place, "port").problem("must be from 1 to 65535");
    }
}

// EndpointSlices refuse the same addresses (Kubernetes ValidateEndpointIP), all but loopback:
// backends beside a gateway on one machine are what a laptop has.
std::string_view refusal_of(std::string const& address, IpFamily family) noexcept {
    if (family == IpFamily::v4) {
        in_addr binary{};
        inet_pton(AF_INET, address.c_str(), &binary);
        return refusal_of_v4(ntohl(binary.s_addr));
    }
    in6_addr binary{};
    inet_pton(AF_INET6, address.c_str(), &binary);
    if (IN6_IS_ADDR_V4MAPPED(&binary)) {
        std::uint32_t mapped = 0;
        std::memcpy(&mapped, &binary.s6_addr[12], sizeof mapped);
        return refusal_of_v4(ntohl(mapped));
    }
    if (IN6_IS_ADDR_UNSPECIFIED(&binary)) return "unspecified";
    if (IN6_IS_ADDR_MULTICAST(&binary)) return "multicast";
    if (IN6_IS_ADDR_LINKLOCAL(&binary)) return "link-local";
    return {};
}

std::string_view refusal_of_v4(std::uint32_t address) noexcept {
    if (address == INADDR_ANY) return "unspecified";
    if (address == INADDR_BROADCAST) return "broadcast";
    if (IN_MULTICAST(address)) return "multicast";
    if (address >> 16U == 0xa9feU) return "link-local";  // 169.254.0.0/16
    return {};
}

}  // namespace
}  // namespace holdfast::model
