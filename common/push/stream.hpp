#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"

namespace holdfast::push {

struct WebSocket;

/// Why a push stream is closed (RFC 6455 §7.4.1).
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    unknown_data = 1003,
    policy = 1008,
    try_again_later = 1013,
};

struct StreamTimes {
    /// Until `open` is called.
    std::chrono::milliseconds opening;
    /// Three of them without a sign of life end the stream.
    std::chrono::milliseconds ping_interval;
};

/// The clockwork that both ends of a push stream have: one reader, one writer, pings, and the end.
/// What an end says and how it opens the WebSocket is its own.
///
/// A coroutine of the derived class owns the stream: it opens the WebSocket, then awaits
/// `exchange`, and whatever happened on the way `finish`, before the stream is destroyed.
///
/// Threads  the io_context's.
class Stream {
public:
    virtual ~Stream();
    Stream(Stream const&) = delete;
    Stream& operator=(Stream const&) = delete;

    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }

    /// The peer has shown what it is: pings guard the stream now instead of the opening's deadline.
    void open() noexcept;
    [[nodiscard]] bool is_open() const noexcept { return is_open_; }
    /// A Close frame after what waits to be written; the stream is cut when the peer does not
    /// answer. The first one counts.
    void close(CloseCode code, std::string_view reason = {});
    [[nodiscard]] bool is_closing() const noexcept { return close_.has_value(); }
    /// Ends the connection without a word.
    void cut();
    /// Pings, and cuts what is overdue.
    void tick(TimePoint now, StreamTimes const& times);

protected:
    using Text = std::shared_ptr<std::string const>;
    using ErrorCode = boost::system::error_code;

    Stream(std::uint64_t id, std::unique_ptr<WebSocket> socket);

    [[nodiscard]] WebSocket& socket() noexcept { return *socket_; }
    [[nodiscard]] bool is_cut() const noexcept { return cut_; }
    /// `next` has something to give.
    void wake() { wake_.cancel(); }

    /// Messages both ways. Output: why no more come.
    [[nodiscard]] boost::asio::awaitable<ErrorCode> exchange();
    /// Cuts, and returns when no operation is pending any more.
    [[nodiscard]] boost::asio::awaitable<void> finish();

private:
    struct Close {
        CloseCode code;
        std::string reason;
        TimePoint at;
    };

    /// The message to write now; null when there is none.
    [[nodiscard]] virtual Text next() = 0;
    /// One text message. May close or cut the stream.
    virtual void received(std::string_view text) = 0;

    void alive() noexcept { alive_at_ = Clock::now(); }
    void start_writer();
    boost::asio::awaitable<void> write();
    boost::asio::awaitable<ErrorCode> write_text(std::string const& text);

    std::uint64_t id_;
    std::unique_ptr<WebSocket> socket_;
    bool is_open_ = false;
    bool ping_ = false;
    std::optional<Close> close_;
    bool cut_ = false;
    bool writing_ = false;
    boost::asio::steady_timer wake_;
    boost::asio::steady_timer writer_ended_;
    TimePoint begun_at_ = Clock::now();
    TimePoint alive_at_ = begun_at_;
    TimePoint pinged_at_ = begun_at_;
};

}  // namespace holdfast::push
