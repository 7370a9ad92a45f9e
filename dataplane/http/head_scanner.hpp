#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/http/field.hpp"

namespace holdfast::http {

/// What one call of feed() made of its bytes.
struct Fed {
    enum class State : std::uint8_t { need_more, complete };
    State state = State::need_more;
    /// Bytes that belong to the head. On `complete`, those behind them are the peer's first frames.
    std::size_t consumed = 0;
};

/// Splits a head of HTTP/1.x into its start line and fields (RFC 9112 §2.2, §5).
///
/// Strict where leniency lets two parsers disagree about one message: lines end in CRLF only, no
/// field is folded, no space stands before the colon, no control character is let through.
///
/// Input    any split of the stream; the result does not depend on it.
/// Lifetime views live as long as the scanner, which is why it neither copies nor moves.
/// Cost     one buffer that grows to the size of the head, and a vector of fields.
class HeadScanner {
public:
    struct Limits {
        std::size_t bytes_max;
        std::size_t fields_max;
    };
    enum class State : std::uint8_t { need_more, complete, too_large, malformed };
    struct Scanned {
        State state;
        std::size_t consumed;
    };

    explicit HeadScanner(Limits limits) noexcept;
    HeadScanner(HeadScanner const&) = delete;
    HeadScanner& operator=(HeadScanner const&) = delete;

    /// After `too_large` and `malformed` the scanner is dead, after `complete` until restart().
    [[nodiscard]] Scanned scan(std::string_view bytes);
    /// Forgets the head that was scanned; its bytes still count against the limit.
    void restart() noexcept;

    /// What is wrong with a malformed head; a constant, free of the peer's bytes.
    [[nodiscard]] std::string_view fault() const noexcept { return fault_; }
    /// Once complete.
    [[nodiscard]] std::string_view start_line() const noexcept;
    [[nodiscard]] Fields fields() const noexcept { return fields_; }
    /// Bytes taken so far, empty line included.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_before_ + taken_; }

private:
    enum class At : std::uint8_t {
        start,     // Before the start line: one empty line is skipped.
        start_lf,  // Behind the CR of that empty line.
        start_line,
        line_lf,  // Behind the CR that ends the start line or a field.
        field,    // At the first byte of a field, or of the empty line.
        name,
        value,
        last_lf,  // Behind the CR of the empty line.
        done,
    };
    struct Range {
        std::size_t begin;
        std::size_t size;
    };
    struct FieldRange {
        Range name;
        Range value;
    };

    void step(char c);
    void begin_head(char c);
    void start_line_byte(char c);
    void begin_field(char c);
    void name_byte(char c);
    void value_byte(char c);
    void expect_lf(char c, At next);
    void reject(std::string_view fault) noexcept { fault_ = fault; }
    void reject_control(char c) noexcept;
    /// What lies between `begin_` and the byte just taken.
    [[nodiscard]] Range piece() const noexcept;
    [[nodiscard]] std::string_view view(Range range) const noexcept;
    void make_views();

    Limits limits_;
    At at_ = At::start;
    bool skipped_line_ = false;
    std::size_t begin_ = 0;  // Of the piece under way, in the buffer.
    std::size_t bytes_before_ = 0;
    std::size_t taken_ = 0;  // Bytes of the buffer that were looked at; more only inside scan().
    Range start_line_{0, 0};
    Range name_{0, 0};
    std::string_view fault_;
    std::string buffer_;
    std::vector<FieldRange> ranges_;
    std::vector<Field> fields_;
};

}  // namespace holdfast::http
