#pragma once

#include <memory>

#include "common/base/failure.hpp"
#include "dataplane/control/push_options.hpp"

namespace boost::asio::ssl {
class context;
}

namespace holdfast::control {

/// What to dial controllers with: TLS 1.3, our certificate, and no trust in anything but the CA
/// of the files. Read anew for every dial, so that rotated files need no restart.
/// Errors  the file that cannot be used, and what OpenSSL says.
[[nodiscard]] Outcome<std::shared_ptr<boost::asio::ssl::context>> load_client_tls(
    PushTlsFiles const& files);

}  // namespace holdfast::control
