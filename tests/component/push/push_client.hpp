#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/address.hpp"
#include "common/push/frames.hpp"

namespace holdfast::test {

/// How a data plane of the tests introduces itself below the protocol.
struct Dial {
    std::string path = "/push";
    std::string subprotocol = "push.holdfast.dev";
};

/// PEM files of a data plane; empty `certificate` for none.
struct ClientFiles {
    std::filesystem::path ca;
    std::filesystem::path certificate;
    std::filesystem::path key;
};

/// A push stream seen from the data plane, made of Beast's own WebSocket client. Calls block, at
/// most `kPatience`; the stream reads, and answers pings, only inside receive().
class PushClient {
public:
    static constexpr std::chrono::seconds kPatience{10};

    static std::unique_ptr<PushClient> over_unix(std::string const& path, Dial const& dial = {});
    /// Expects a server certificate for `localhost`.
    static std::unique_ptr<PushClient> over_tls(Address const& address, ClientFiles const& files,
                                                Dial const& dial = {});
    virtual ~PushClient() = default;

    /// True when the WebSocket stands.
    [[nodiscard]] bool connected() const noexcept { return connected_; }
    /// Status of a refused upgrade; 0 when there was none.
    [[nodiscard]] unsigned refused_with() const noexcept { return refused_with_; }

    void send(push::ToController const& frame) { send_text(push::encode(frame)); }
    virtual void send_text(std::string_view text) = 0;
    virtual void send_binary(std::string_view bytes) = 0;

    /// The next frame; nothing when the stream ended first, or nothing came in time.
    [[nodiscard]] std::optional<push::ToDataplane> receive();
    /// The next frame as a `Frame`; fails the test when it is none.
    template <class Frame>
    [[nodiscard]] Frame expect();
    /// Reads until the stream ends; the server's close code, 0 when it ended without one.
    [[nodiscard]] virtual std::uint16_t wait_for_close() = 0;
    /// Reads until that many pings have come.
    [[nodiscard]] virtual bool wait_for_pings(int count) = 0;
    /// SHA-256 of the server's certificate, TLS only.
    [[nodiscard]] virtual std::string server_certificate() = 0;

protected:
    [[nodiscard]] virtual std::optional<std::string> receive_text() = 0;
    static void fail(std::string const& why);

    bool connected_ = false;
    unsigned refused_with_ = 0;
};

template <class Frame>
Frame PushClient::expect() {
    auto frame = receive();
    if (!frame || !std::holds_alternative<Frame>(*frame)) {
        fail(frame ? "another frame came" : "no frame came");
        return {};
    }
    return std::get<Frame>(*std::move(frame));
}

}  // namespace holdfast::test
