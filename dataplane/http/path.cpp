#include "dataplane/http/path.hpp"

#include "dataplane/http/syntax.hpp"

namespace holdfast::http {
namespace {

/// A character of a path and what it stands for.
struct Letter {
    char value;
    std::size_t size;  // 1, or 3 for a percent-encoded one.
};

[[nodiscard]] Letter letter_at(std::string_view path, std::size_t at) noexcept;
[[nodiscard]] std::string_view without_slash(std::string_view path) noexcept;

}  // namespace

bool has_dot_segments(std::string_view path) noexcept {
    std::size_t dots = 0;
    bool only_dots = true;  // Of the segment under way, without its parameters.
    for (std::size_t i = 0; i < path.size();) {
        auto const [value, size] = letter_at(path, i);
        i += size;
        bool const ends_segment = value == '/' || value == '\\';
        bool const ends_name = ends_segment || value == ';';
        if (ends_name && only_dots && (dots == 1 || dots == 2)) return true;
        if (ends_segment) {
            dots = 0;
            only_dots = true;
        } else if (value == '.') {
            ++dots;
        } else {
            only_dots = false;
        }
    }
    return only_dots && (dots == 1 || dots == 2);
}

std::string replace_prefix(std::string_view path, PrefixRewrite const& rewrite) {
    std::string target(without_slash(rewrite.replacement));
    target += path.substr(without_slash(rewrite.prefix).size());
    if (target.empty()) target = "/";
    return target;
}

namespace {

Letter letter_at(std::string_view path, std::size_t at) noexcept {
    if (path[at] != '%' || path.size() - at < 3) return {path[at], 1};
    int const high = hex_value(path[at + 1]);
    int const low = hex_value(path[at + 2]);
    if (high < 0 || low < 0) return {'%', 1};
    return {static_cast<char>(high * 16 + low), 3};
}

std::string_view without_slash(std::string_view path) noexcept {
    if (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

}  // namespace
}  // namespace holdfast::http
