#include "tests/component/dataplane/gateway.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/base/log.hpp"
#include "common/model/validate.hpp"

namespace holdfast::test {

using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 10s;

ServingOptions on_loopback(ServingOptions options) {
    options.bind = "127.0.0.1";
    return options;
}

}  // namespace

// --- the log -----------------------------------------------------------------------------------

void MemoryLog::write(telemetry::AccessRecord const& record) {
    LogLine line{.request_id = std::string(record.request_id),
                 .traceparent = std::string(record.traceparent),
                 .client = std::string(record.client),
                 .listener = std::string(record.listener),
                 .host = std::string(record.host),
                 .path = std::string(record.path),
                 .route = std::string(record.route),
                 .rule = std::string(record.rule),
                 .backend = std::string(record.backend),
                 .endpoint = std::string(record.endpoint),
                 .subprotocol = std::string(record.subprotocol),
                 .close_text = std::string(record.close_text),
                 .status = record.status,
                 .reason = record.reason,
                 .side = record.side,
                 .close_code = record.close_code,
                 .messages_from_client = record.messages_from_client,
                 .messages_to_client = record.messages_to_client};
    std::lock_guard const lock(mutex_);
    lines_.push_back(std::move(line));
    written_.notify_all();
}

std::vector<LogLine> MemoryLog::wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    written_.wait_for(lock, kPatience, [&] { return lines_.size() >= count; });
    return lines_;
}

// --- the gateway -------------------------------------------------------------------------------

Gateway::Gateway(ServingOptions options) : serving_(log_, on_loopback(std::move(options))) {
    log::set_level(log::Level::warning);
}

std::vector<Problem> Gateway::serve(model::Table table) {
    if (auto problems = model::validate(table); !problems.empty()) return problems;
    return serving_.serve(std::make_shared<model::Table const>(std::move(table)));
}

telemetry::WorkerCells::Counts Gateway::counts() const {
    telemetry::WorkerCells::Counts counts;
    for (auto const* const cells : serving_.cells())
        cells->collect(counts, [](telemetry::RouteCells const&) {});
    return counts;
}

RawSocket Gateway::send(std::string_view request) const {
    auto socket = RawSocket::connect(port());
    socket.send(request);
    return socket;
}

RawSocket Gateway::open_session(std::string_view path) const {
    auto socket = send(handshake_request(path));
    if (read_head(socket).status() != 101) socket.close();
    return socket;
}

Gateway::Answer Gateway::ask(std::string_view request) const {
    auto socket = send(request);
    auto head = read_head(socket);
    auto body = socket.read_to_end();
    return {std::move(head), std::move(body), socket.ending()};
}

bool Gateway::wait_for_sessions(std::size_t count) const {
    return eventually([&] {
        std::size_t sessions = 0;
        for (auto const& worker : serving_.workers())
            sessions += worker->sessions();
        return sessions == count;
    });
}

bool eventually(std::function<bool()> const& condition) {
    auto const deadline = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        // A breath between two looks, so that the threads looked at get their turn.
        ::poll(nullptr, 0, 1);
    }
    return true;
}

// --- tables ------------------------------------------------------------------------------------

model::Table chat_table(Gateway const& gateway, std::vector<std::uint16_t> const& endpoints) {
    model::Table table;
    table.gateway = "default/edge";
    table.listeners["ws"] = std::make_shared<model::Listener const>(
        model::Listener{.name = "ws", .port = gateway.port(), .hostname = {}, .certificates = {}});
    model::Backend backend;
    for (auto const port : endpoints) {
        backend.endpoints.push_back({"127.0.0.1", port, model::EndpointState::ready});
    }
    std::ranges::sort(backend.endpoints);
    table.backends["default/echo:80"] = std::make_shared<model::Backend const>(std::move(backend));
    model::Rule rule;
    rule.name = "0";
    rule.matches = {model::Match{.path = {model::PathMatchType::prefix, "/chat"},
                                 .headers = {},
                                 .query_params = {},
                                 .subprotocols = {}}};
    rule.backends = {{"default/echo:80", 1, true}};
    model::Route route;
    route.created = "2026-01-01T00:00:00Z";
    route.generation = 1;
    route.attachments = {{"ws", {""}}};
    route.rules = {std::move(rule)};
    table.routes["default/chat"] = std::make_shared<model::Route const>(std::move(route));
    return table;
}

void edit_route(model::Table& table, std::function<void(model::Route&)> const& edit) {
    auto route = *table.routes.at("default/chat");
    edit(route);
    table.routes["default/chat"] = std::make_shared<model::Route const>(std::move(route));
}

void edit_rule(model::Table& table, std::function<void(model::Rule&)> const& edit) {
    edit_route(table, [&](model::Route& route) { edit(route.rules.front()); });
}

std::string handshake_request(std::string_view path, std::string_view fields) {
    return "GET " + std::string(path) +
           " HTTP/1.1\r\nHost: chat.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           std::string(fields) + "\r\n";
}

}  // namespace holdfast::test
