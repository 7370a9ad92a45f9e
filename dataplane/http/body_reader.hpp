#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/error.hpp"
#include "dataplane/http/response_head.hpp"

namespace holdfast::http {

/// Incremental reader of the body behind a backend's refusal (RFC 9112 §6.3): by Content-Length,
/// chunked (decoded; trailers dropped), or up to the end of the connection. Longer bodies than
/// limits::refusal_body_bytes_max are cut off there.
///
/// Input    the bytes behind the head, in any split; the result does not depend on it.
/// Errors   `upstream_bad_response` for framing that is contradictory, broken, or ends too early.
/// Tests    tests/unit/http/body_reader_test.cpp
class BodyReader {
public:
    enum class State : std::uint8_t { need_more, complete };

    /// Chooses the framing. Input  a complete head that is not 101, answer to a GET.
    [[nodiscard]] static Result<BodyReader> of(ResponseHead const& head);

    /// `complete` at the end of the body or at the limit. The first call may be with no bytes: a
    /// body can be complete before anything is read.
    [[nodiscard]] Result<State> feed(std::string_view bytes);
    /// The backend has closed the connection.
    [[nodiscard]] Result<State> end_of_stream();

    [[nodiscard]] std::string const& body() const noexcept { return body_; }

private:
    enum class At : std::uint8_t {
        length,     // Content-Length: `left_` bytes are to come.
        stream,     // Until the end of the connection.
        size,       // Chunked: in the digits of a chunk's size.
        extension,  // Behind them, up to CR.
        size_lf,
        chunk,  // `left_` bytes of the chunk are to come.
        chunk_cr,
        chunk_lf,
        trailer,  // At the start of a trailer line.
        trailer_line,
        trailer_lf,
        last_lf,
        done,
    };

    explicit BodyReader(At at, std::uint64_t left = 0) noexcept : at_(at), left_(left) {}

    [[nodiscard]] std::size_t take(std::string_view bytes);
    void frame(char c) noexcept;
    void size_byte(char c) noexcept;
    void skip_line(char c, At next) noexcept;
    void expect(char c, char wanted, At next) noexcept;

    At at_;
    bool broken_ = false;
    int digits_ = 0;                 // Of the chunk's size, so far.
    std::size_t framing_bytes_ = 0;  // Since the last byte of body.
    std::uint64_t left_ = 0;
    std::string body_;
};

}  // namespace holdfast::http
