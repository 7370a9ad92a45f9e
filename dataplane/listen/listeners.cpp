#include "dataplane/listen/listeners.hpp"

#include <utility>

#include "common/base/log.hpp"
#include "dataplane/listen/listening_socket.hpp"
#include "dataplane/net/address.hpp"

namespace holdfast::listen {
namespace {

using Ports = std::map<std::uint16_t, model::ListenerProtocol>;

Ports ports_of(model::Table const& table);
Problem bind_problem(std::string const& listener, std::string const& where,
                     boost::system::error_code error);
void log_listening(model::Table const& table, std::uint16_t port, std::string const& address);

}  // namespace

Listeners::Listeners(std::vector<AcceptThread> threads, std::string address)
    : threads_(std::move(threads)), address_(std::move(address)) {}

Listeners::~Listeners() = default;

std::vector<Problem> Listeners::prepare(model::Table const& table) {
    std::vector<Problem> problems;
    prepared_.clear();
    for (auto const& [name, listener] : table.listeners) {
        auto const port = listener->port;
        if (open_.contains(port) || prepared_.contains(port)) continue;
        auto opened = open_listening_socket(address_, port);
        if (opened.has_error()) {
            problems.push_back(bind_problem(name, net::to_string(address_, port), opened.error()));
            continue;
        }
        prepared_[port] = std::move(opened).value();
    }
    if (!problems.empty()) prepared_.clear();
    return problems;
}

void Listeners::commit(model::Table const& table) {
    auto const wanted = ports_of(table);
    std::erase_if(open_, [&](auto const& entry) { return !wanted.contains(entry.first); });
    for (auto const& [port, acceptor] : open_)
        acceptor->set_protocol(wanted.at(port));
    for (auto& [port, socket] : std::exchange(prepared_, {})) {
        auto const protocol = wanted.find(port);
        if (protocol == wanted.end()) continue;
        auto const& [io, sink] = next_thread();
        open_[port] = std::make_unique<Acceptor>(io, std::move(socket),
                                                 Acceptor::Port{port, protocol->second}, sink);
        log_listening(table, port, address_);
    }
}

AcceptThread const& Listeners::next_thread() noexcept {
    return threads_[next_++ % threads_.size()];
}

void Listeners::close() {
    prepared_.clear();
    open_.clear();
}

namespace {

Ports ports_of(model::Table const& table) {
    Ports ports;
    for (auto const& [name, listener] : table.listeners) {
        ports.emplace(listener->port, listener->protocol);
    }
    return ports;
}

/// Names no object of the table: the fault is this machine's, and no reason to take the listener
/// from data planes that can bind it (docs/push-protocol.md, "Refusals").
Problem bind_problem(std::string const& listener, std::string const& where,
                     boost::system::error_code error) {
    return {
        .object = {},
        .field = {},
        .message = "listener " + listener + ": cannot listen on " + where + ": " + error.message()};
}

void log_listening(model::Table const& table, std::uint16_t port, std::string const& address) {
    for (auto const& [name, listener] : table.listeners) {
        if (listener->port != port) continue;
        log::info(
            "listening",
            {{"what", "listener"}, {"name", name}, {"address", net::to_string(address, port)}});
    }
}

}  // namespace
}  // namespace holdfast::listen
