#include "dataplane/serving/capacity.hpp"

#include <algorithm>

#include "common/base/limits.hpp"

namespace holdfast {

std::size_t connections_max(Resources const& resources, std::size_t workers,
                            model::Table const& table) {
    bool const tls = std::ranges::any_of(table.listeners, [](auto const& entry) {
        return entry.second->protocol != model::ListenerProtocol::http;
    });
    std::uint64_t const reserved = limits::reserved_descriptors +
                                   workers * limits::worker_descriptors +
                                   table.listeners.size() * limits::listener_descriptors;
    auto const descriptors = resources.descriptors - std::min(resources.descriptors, reserved);
    auto const memory = resources.memory / 4 * 3;
    return std::min(descriptors / limits::connection_descriptors,
                    memory / (tls ? limits::tls_session_bytes : limits::session_bytes));
}

}  // namespace holdfast
