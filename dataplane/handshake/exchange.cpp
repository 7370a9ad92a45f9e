#include "dataplane/handshake/exchange.hpp"

#include <boost/asio/error.hpp>

#include <utility>

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

Exchange::~Exchange() { settle(); }

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
        auto const sent = connection.transport().write(relay::as_bytes(bytes));
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

void Exchange::on_tick() noexcept {
    if (waiting_for_ != &backend || !client.peer_has_left()) return;
    client_gone_ = true;
    backend.cancel();
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

void Exchange::settle() noexcept {
    if (std::exchange(settled_, true)) return;
    services.cells.handshakes_active.sub();
    services.on_answer();
}

std::string endpoint_of(Exchange const& exchange) {
    auto const& endpoint = *exchange.tried.back();
    return net::to_string(endpoint.address, endpoint.port);
}

}  // namespace holdfast::handshake
