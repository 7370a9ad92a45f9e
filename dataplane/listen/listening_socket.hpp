#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>

#include "dataplane/net/descriptor.hpp"

namespace holdfast::listen {

/// A bound, listening, non-blocking socket whose accepted connections have the options of
/// net::set_connection_options.
///
/// `address` is a literal. `::` takes IPv4 as well, and becomes `0.0.0.0` on a host without IPv6.
/// Errors  what the system said: EADDRINUSE, EACCES, ...; EINVAL for an address that is none.
[[nodiscard]] boost::system::result<net::Descriptor> open_listening_socket(
    std::string const& address, std::uint16_t port);

}  // namespace holdfast::listen
