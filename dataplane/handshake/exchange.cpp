#include "dataplane/handshake/exchange.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <utility>

#include "common/base/limits.hpp"

namespace holdfast::handshake {

Exchange::Exchange(Services& with, net::Descriptor accepted, std::uint16_t on_port)
    : services(with),
      port(on_port),
      socket(std::move(accepted)),
      client(with.io),
      client_address(net::peer_address(socket.get())),
      client_host(net::host_of(client_address)),
      started(WallClock::now()),
      began(Clock::now()),
      backend(with.io) {
    services.group.add(*this);
    services.cells.connections_accepted.add();
    services.cells.handshakes_active.add();
}

Exchange::~Exchange() { services.cells.handshakes_active.sub(); }

void Exchange::set_deadline(TimePoint deadline, Reason reason) noexcept {
    Member::set_deadline(deadline);
    expiry_reason_ = reason;
    expired_ = false;
}

Await<Result<void>> Exchange::wait(Connection& connection, Interest intent) {
    if (auto interrupted = interruption(); interrupted.has_error()) co_return interrupted;
    waiting_for_ = &connection;
    auto const [error] = co_await connection.wait(connection.interest(intent), kAwait);
    waiting_for_ = nullptr;
    if (error && error != boost::asio::error::operation_aborted) {
        co_return Error{Reason::internal_error, error, "a connection cannot be watched"};
    }
    co_return interruption();
}

Await<Result<void>> Exchange::send(Connection& connection, std::string_view bytes,
                                   Reason on_failure) {
    while (!bytes.empty()) {
        auto const sent = connection.transport().write(as_bytes(bytes));
        bytes.remove_prefix(sent.bytes);
        if (sent.status == relay::IoStatus::ok) continue;
        if (sent.status != relay::IoStatus::would_block) {
            co_return Error{on_failure, {}, "connection lost while sending"};
        }
        auto waited = co_await wait(connection, Interest::write);
        if (waited.has_error()) co_return waited;
    }
    co_return Result<void>{};
}

void Exchange::expire() noexcept {
    expired_ = true;
    if (waiting_for_ != nullptr) waiting_for_->cancel();
}

void Exchange::stop() noexcept {
    stopped_ = true;
    client.cancel();
    backend.cancel();
}

Result<void> Exchange::interruption() const {
    if (stopped_) return Error{Reason::draining, {}, "the worker stops"};
    if (client_gone_) return Error{Reason::client_gone, {}, "the client left"};
    if (expired_) return Error{expiry_reason_, {}, std::string(info(expiry_reason_).text)};
    return {};
}

// --- watching the client -----------------------------------------------------------------------

namespace {

/// Past this a client that sends without waiting for its answer is left to TCP's flow control.
constexpr std::size_t kEarlyBytesMax = limits::scratch_bytes;

}  // namespace

void Exchange::watch_client() {
    watches_client_ = true;
    client_readable();
}

Await<void> Exchange::unwatch_client() {
    watches_client_ = false;
    client.cancel();
    while (watch_pending_) {
        co_await boost::asio::post(services.io.get_executor(),
                                   boost::asio::use_awaitable_t<Executor>{});
    }
}

void Exchange::client_readable() {
    if (!watches_client_ || stopped_) return;
    if (!read_early()) {
        client_gone_ = true;
        if (waiting_for_ != nullptr) waiting_for_->cancel();
        return;
    }
    if (early_from_client.size() >= kEarlyBytesMax) return;
    watch_pending_ = true;
    client.wait(client.interest(Interest::read), [this](boost::system::error_code const& error) {
        watch_pending_ = false;
        if (!error) client_readable();
    });
}

bool Exchange::read_early() {
    while (early_from_client.size() < kEarlyBytesMax) {
        auto const got = client.transport().read(services.scratch);
        if (got.status == relay::IoStatus::would_block) return true;
        if (got.status != relay::IoStatus::ok) return false;
        early_from_client += as_text(relay::Bytes(services.scratch).first(got.bytes));
    }
    return true;
}

std::string endpoint_of(Exchange const& exchange) {
    auto const& endpoint = *exchange.tried.back();
    return net::to_string(endpoint.address, endpoint.port);
}

std::string_view as_text(relay::Bytes bytes) noexcept {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

relay::Bytes as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

}  // namespace holdfast::handshake
