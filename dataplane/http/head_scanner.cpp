#include "dataplane/http/head_scanner.hpp"

#include "common/base/assert.hpp"
#include "dataplane/http/syntax.hpp"

namespace holdfast::http {

HeadScanner::HeadScanner(Limits limits) noexcept : limits_(limits) {}

HeadScanner::Scanned HeadScanner::scan(std::string_view bytes) {
    HOLDFAST_ASSERT(at_ != At::done && fault_.empty());
    std::size_t const before = taken_;
    auto const consumed = [&] { return taken_ - before; };
    buffer_.append(bytes.substr(0, limits_.bytes_max - this->bytes()));
    while (taken_ < buffer_.size()) {
        step(buffer_[taken_++]);
        if (!fault_.empty()) return {State::malformed, consumed()};
        if (ranges_.size() > limits_.fields_max) return {State::too_large, consumed()};
        if (at_ == At::done) {
            buffer_.resize(taken_);
            make_views();
            return {State::complete, consumed()};
        }
    }
    return {consumed() < bytes.size() ? State::too_large : State::need_more, consumed()};
}

void HeadScanner::restart() noexcept {
    HOLDFAST_ASSERT(at_ == At::done);
    bytes_before_ += taken_;
    taken_ = 0;
    buffer_.clear();
    ranges_.clear();
    fields_.clear();
    at_ = At::start_line;
    begin_ = 0;
}

std::string_view HeadScanner::start_line() const noexcept { return view(start_line_); }

void HeadScanner::step(char c) {
    switch (at_) {
        case At::start:
            return begin_head(c);
        case At::start_lf:
            return expect_lf(c, At::start);
        case At::start_line:
            return start_line_byte(c);
        case At::line_lf:
            return expect_lf(c, At::field);
        case At::field:
            return begin_field(c);
        case At::name:
            return name_byte(c);
        case At::value:
            return value_byte(c);
        case At::last_lf:
            return expect_lf(c, At::done);
        case At::done:
            break;
    }
}

// One empty line in front is skipped: RFC 9112 §2.2 asks it of servers, for old clients that end
// a request with one too many.
void HeadScanner::begin_head(char c) {
    if (c == '\r' && !skipped_line_) {
        skipped_line_ = true;
        at_ = At::start_lf;
    } else if (is_token_char(c)) {
        begin_ = taken_ - 1;
        at_ = At::start_line;
    } else {
        reject("does not begin as HTTP does");
    }
}

void HeadScanner::start_line_byte(char c) {
    if (c == '\r') {
        start_line_ = piece();
        at_ = At::line_lf;
    } else if (!is_field_char(c)) {
        reject_control(c);
    }
}

void HeadScanner::begin_field(char c) {
    if (c == '\r') {
        at_ = At::last_lf;
    } else if (is_token_char(c)) {
        begin_ = taken_ - 1;
        at_ = At::name;
    } else if (c == ' ' || c == '\t') {
        reject("header field is folded over two lines");
    } else {
        reject("header field without a name");
    }
}

void HeadScanner::name_byte(char c) {
    if (c == ':') {
        name_ = piece();
        begin_ = taken_;
        at_ = At::value;
    } else if (c == ' ' || c == '\t') {
        reject("space in or behind the name of a header field");
    } else if (!is_token_char(c)) {
        reject("name of a header field is not a token");
    }
}

void HeadScanner::value_byte(char c) {
    if (c == '\r') {
        ranges_.push_back({name_, piece()});
        at_ = At::line_lf;
    } else if (!is_field_char(c)) {
        reject_control(c);
    }
}

void HeadScanner::expect_lf(char c, At next) {
    if (c == '\n')
        at_ = next;
    else
        reject("CR without LF");
}

void HeadScanner::reject_control(char c) noexcept {
    reject(c == '\n' ? "line ends in LF without CR" : "control character");
}

HeadScanner::Range HeadScanner::piece() const noexcept { return {begin_, taken_ - 1 - begin_}; }

std::string_view HeadScanner::view(Range range) const noexcept {
    return std::string_view(buffer_).substr(range.begin, range.size);
}

// Last, because the buffer moves while it grows.
void HeadScanner::make_views() {
    fields_.reserve(ranges_.size());
    for (FieldRange const& range : ranges_) {
        fields_.push_back({view(range.name), trim(view(range.value))});
    }
}

}  // namespace holdfast::http
