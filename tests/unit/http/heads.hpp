#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "dataplane/http/request_head.hpp"
#include "dataplane/http/response_head.hpp"

namespace holdfast::http {

/// A complete head, parsed. On the heap, because heads do not move.
template <class Head>
std::unique_ptr<Head> parsed(std::string_view bytes) {
    auto head = std::make_unique<Head>();
    auto const fed = head->feed(bytes);
    EXPECT_TRUE(fed.has_value()) << (fed ? "" : to_string(fed.error()));
    EXPECT_TRUE(fed && fed->state == Fed::State::complete) << "head is not complete: " << bytes;
    return head;
}

/// The handshake of RFC 6455 §1.3, with `more` fields (each with its CRLF) in the middle.
inline std::string handshake(std::string_view more = "", std::string_view target = "/chat") {
    return "GET " + std::string(target) +
           " HTTP/1.1\r\n"
           "Host: server.example.com\r\n"
           "Upgrade: websocket\r\n"
           "Connection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           std::string(more) + "Sec-WebSocket-Version: 13\r\n\r\n";
}

/// The answer to it.
inline std::string switching(std::string_view more = "") {
    return "HTTP/1.1 101 Switching Protocols\r\n"
           "Upgrade: websocket\r\n"
           "Connection: Upgrade\r\n"
           "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" +
           std::string(more) + "\r\n";
}

/// `text` without its first `what`, which must be there.
inline std::string without(std::string text, std::string_view what) {
    std::size_t const at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.erase(at, what.size());
}

inline std::string replaced(std::string text, std::string_view what, std::string_view with) {
    std::size_t const at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), with);
}

}  // namespace holdfast::http
