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

Listeners::Listeners(boost::asio::io_context& io, std::string address, AcceptSink sink)
    : io_(io), address_(std::move(address)), sink_(std::move(sink)) {}

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
        prepared_[port] = std::make_unique<Acceptor>(io_, std::move(opened).value(), port, sink_);
    }
    if (!problems.empty()) prepared_.clear();
    return problems;
}

void Listeners::commit(model::Table const& table) {
    auto const wanted = ports_of(table);
    std::erase_if(open_, [&](auto const& entry) { return !wanted.contains(entry.first); });
    for (auto& [port, acceptor] : std::exchange(prepared_, {})) {
        if (!wanted.contains(port)) continue;
        acceptor->start();
        open_[port] = std::move(acceptor);
        log_listening(table, port, address_);
    }
    for (auto const& [port, protocol] : wanted) {
        if (auto const found = open_.find(port); found != open_.end()) {
            found->second->set_protocol(protocol);
        }
    }
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

Problem bind_problem(std::string const& listener, std::string const& where,
                     boost::system::error_code error) {
    return {.object = "Listener " + listener,
            .field = "port",
            .message = "cannot listen on " + where + ": " + error.message()};
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
