#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "common/model/table.hpp"

namespace holdfast {

/// What the process may use of what sessions take.
struct Resources {
    std::uint64_t descriptors = std::numeric_limits<std::uint64_t>::max();  ///< RLIMIT_NOFILE.
    std::uint64_t memory = std::numeric_limits<std::uint64_t>::max();       ///< Bytes.
};

/// How many connections (sessions and handshakes) may be open at once, so that neither descriptors
/// nor memory run out for the rest of the process: probes, push streams, tables. Where `table` has
/// a TLS listener, all connections are taken for TLS ones. Pure.
[[nodiscard]] std::size_t connections_max(Resources const& resources, std::size_t workers,
                                          model::Table const& table);

}  // namespace holdfast
