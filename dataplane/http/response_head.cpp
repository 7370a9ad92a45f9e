#include "dataplane/http/response_head.hpp"

#include <algorithm>
#include <string>

#include "common/base/ascii.hpp"
#include "common/base/limits.hpp"
#include "dataplane/http/fault.hpp"
#include "dataplane/http/syntax.hpp"

namespace holdfast::http {
namespace {

constexpr HeadScanner::Limits kLimits{limits::response_head_bytes_max, limits::header_fields_max};

}  // namespace

ResponseHead::ResponseHead() : scanner_(kLimits) {}

Result<Fed> ResponseHead::feed(std::string_view bytes) {
    std::size_t consumed = 0;
    for (;;) {
        auto const scanned = scanner_.scan(bytes.substr(consumed));
        consumed += scanned.consumed;
        switch (scanned.state) {
            case HeadScanner::State::need_more:
                return Fed{Fed::State::need_more, consumed};
            case HeadScanner::State::malformed:
                return bad_response(scanner_.fault());
            case HeadScanner::State::too_large:
                return bad_response("response head too large");
            case HeadScanner::State::complete:
                break;
        }
        if (auto const line = read_start_line(); !line) return line.error();
        bool const interim = status_ < 200 && status_ != 101;
        if (!interim) return Fed{Fed::State::complete, consumed};
        scanner_.restart();
    }
}

Result<void> ResponseHead::read_start_line() {
    // HTTP-version SP 3DIGIT SP [phrase]; common servers leave the last space out with the phrase.
    std::string_view const line = scanner_.start_line();
    bool const version_good = line.starts_with("HTTP/1.0 ") || line.starts_with("HTTP/1.1 ");
    if (!version_good) return bad_response("version is not HTTP/1.0 or HTTP/1.1");
    std::string_view const digits = line.substr(9, 3);
    bool const digits_good = digits.size() == 3 && std::ranges::all_of(digits, is_digit);
    if (!digits_good || digits[0] == '0' || (line.size() > 12 && line[12] != ' ')) {
        return bad_response("not a status line");
    }
    minor_ = line[7] - '0';
    status_ = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
    phrase_ = line.substr(std::min<std::size_t>(13, line.size()));
    return {};
}

}  // namespace holdfast::http
