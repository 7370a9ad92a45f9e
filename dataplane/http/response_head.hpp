#pragma once

#include <string_view>

#include "common/base/error.hpp"
#include "dataplane/http/field.hpp"
#include "dataplane/http/head_scanner.hpp"

namespace holdfast::http {

/// Incremental parser of a backend's response head (RFC 9112 §4). Interim answers (1xx other than
/// 101) are skipped.
///
/// Input    any split of the stream; the result does not depend on it.
/// Errors   `upstream_bad_response` for what is not HTTP/1.0 or HTTP/1.1 or is above
///          limits::response_head_bytes_max (interim answers included) or header_fields_max. After
///          an error the object is dead.
/// Lifetime views live as long as the object, which neither copies nor moves.
/// Tests    tests/unit/http/response_head_test.cpp, tests/fuzz/fuzz_request_head.cpp
class ResponseHead {
public:
    ResponseHead();

    /// Takes the next bytes from the backend. Not to be called again after `complete`.
    [[nodiscard]] Result<Fed> feed(std::string_view bytes);

    // What follows is defined once the head is complete.

    /// 101, or 200 to 999.
    [[nodiscard]] int status() const noexcept { return status_; }
    /// The text behind the status; may be empty.
    [[nodiscard]] std::string_view phrase() const noexcept { return phrase_; }
    /// The minor version: 0 or 1.
    [[nodiscard]] int minor() const noexcept { return minor_; }
    [[nodiscard]] Fields fields() const noexcept { return scanner_.fields(); }

    /// Bytes taken so far, interim answers included; above 0 once the backend has begun to answer.
    [[nodiscard]] std::size_t bytes() const noexcept { return scanner_.bytes(); }

private:
    [[nodiscard]] Result<void> read_start_line();

    HeadScanner scanner_;
    int status_ = 0;
    int minor_ = 1;
    std::string_view phrase_;
};

}  // namespace holdfast::http
