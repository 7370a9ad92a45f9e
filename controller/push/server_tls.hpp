#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "common/base/failure.hpp"

namespace boost::asio::ssl {
class context;
}

namespace holdfast::controller {

/// PEM files of the push port.
struct TlsFiles {
    std::string certificate;  ///< The controller's chain, leaf first.
    std::string key;
    std::string ca;  ///< What the data planes' certificates must come from; may hold several.
};

/// The TLS side of the push port: TLS 1.3, a client certificate from our CA required, no session
/// resumption (each handshake shows the certificate again).
///
/// The files are looked at for every handshake and read again when one of them changed, so that
/// rotation needs no restart; streams that stand go on with what they shook hands with. Files that
/// do not fit together (rotation caught half-way) leave the last good ones in use.
class ServerTls {
public:
    [[nodiscard]] static Outcome<ServerTls> open(TlsFiles files);

    /// What to shake hands with now.
    [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> context();

private:
    /// What tells two states of a file apart.
    struct Stamp {
        std::int64_t seconds = 0;
        std::int64_t nanoseconds = 0;
        std::uint64_t inode = 0;
        std::int64_t size = 0;
        friend bool operator==(Stamp const&, Stamp const&) = default;
    };
    using Stamps = std::array<Stamp, 3>;

    explicit ServerTls(TlsFiles files) : files_(std::move(files)) {}
    [[nodiscard]] static Outcome<std::shared_ptr<boost::asio::ssl::context>> load(
        TlsFiles const& files);
    [[nodiscard]] Stamps stamps() const;

    TlsFiles files_;
    Stamps tried_;  ///< Of the last load, whether it succeeded or not.
    std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace holdfast::controller
