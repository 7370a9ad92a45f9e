#pragma once

#include <cstddef>
#include <string_view>

#include "common/base/error.hpp"
#include "dataplane/http/field.hpp"
#include "dataplane/http/head_scanner.hpp"

namespace holdfast::http {

/// Incremental parser of a client's request head (RFC 9112 §3, HTTP/1.1 only).
///
/// Input    any split of the stream; the result does not depend on it.
/// Errors   `head_too_large` above limits::request_head_bytes_max or header_fields_max;
///          `bad_host` for a missing or second Host; `bad_request` for everything else. After an
///          error the object is dead.
/// Lifetime views live as long as the object, which neither copies nor moves.
/// Tests    tests/unit/http/request_head_test.cpp, tests/fuzz/fuzz_request_head.cpp
class RequestHead {
public:
    RequestHead();

    /// Takes the next bytes from the client. Not to be called again after `complete`.
    [[nodiscard]] Result<Fed> feed(std::string_view bytes);

    // What follows is defined once the head is complete.

    [[nodiscard]] std::string_view method() const noexcept { return method_; }
    /// The path as received, up to `?`: starts with `/` and has no dot segments.
    [[nodiscard]] std::string_view path() const noexcept { return path_; }
    /// Without `?`; empty when there is none.
    [[nodiscard]] std::string_view query() const noexcept { return query_; }
    /// True also for an empty query: `/a?` is forwarded as it came.
    [[nodiscard]] bool has_query() const noexcept { return has_query_; }
    /// Host as received, or the authority of a target in absolute form, which takes its place
    /// (RFC 9112 §3.2.2).
    [[nodiscard]] std::string_view host() const noexcept { return host_; }
    /// In the order received, Host included.
    [[nodiscard]] Fields fields() const noexcept { return scanner_.fields(); }
    /// Bytes taken so far; above 0 once the client has begun to speak.
    [[nodiscard]] std::size_t bytes() const noexcept { return scanner_.bytes(); }

private:
    [[nodiscard]] Result<void> read();
    [[nodiscard]] Result<void> read_start_line();
    [[nodiscard]] Result<void> read_target(std::string_view target);
    [[nodiscard]] Result<void> read_host();

    HeadScanner scanner_;
    std::string_view method_;
    std::string_view path_;
    std::string_view query_;
    std::string_view host_;
    bool has_query_ = false;
};

}  // namespace holdfast::http
