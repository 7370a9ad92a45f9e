#include "common/base/pretty_json.hpp"

#include <boost/json/serialize.hpp>

#include <cstddef>

namespace holdfast {
namespace {

namespace json = boost::json;

constexpr std::size_t kColumns = 100;
constexpr std::size_t kIndent = 2;

/// On one line, with a space behind every separator.
std::string flat(json::value const& value);
void write(json::value const& value, std::size_t depth, std::size_t column, std::string& out);

}  // namespace

std::string pretty(boost::json::value const& value) {
    std::string out;
    write(value, 0, 0, out);
    return out + '\n';
}

namespace {

std::string quoted(json::string_view name) { return json::serialize(json::string(name)); }

std::string flat(json::value const& value) {
    std::string out;
    if (auto const* const object = value.if_object()) {
        for (auto const& member : *object) {
            out += out.empty() ? "" : ", ";
            out += quoted(member.key()) + ": " + flat(member.value());
        }
        return '{' + out + '}';
    }
    if (auto const* const array = value.if_array()) {
        for (json::value const& element : *array) {
            out += out.empty() ? "" : ", ";
            out += flat(element);
        }
        return '[' + out + ']';
    }
    return json::serialize(value);
}

void new_line(std::size_t depth, std::string& out) {
    out += '\n' + std::string(depth * kIndent, ' ');
}

void write(json::value const& value, std::size_t depth, std::size_t column, std::string& out) {
    std::string line = flat(value);
    if (column + line.size() < kColumns || !value.is_structured()) {
        out += line;
        return;
    }
    bool first = true;
    auto const separate = [&] {
        out += first ? "" : ",";
        first = false;
        new_line(depth + 1, out);
    };
    if (auto const* const object = value.if_object()) {
        out += '{';
        for (auto const& member : *object) {
            separate();
            std::string const name = quoted(member.key()) + ": ";
            out += name;
            write(member.value(), depth + 1, (depth + 1) * kIndent + name.size(), out);
        }
        new_line(depth, out);
        out += '}';
        return;
    }
    out += '[';
    for (json::value const& element : value.get_array()) {
        separate();
        write(element, depth + 1, (depth + 1) * kIndent, out);
    }
    new_line(depth, out);
    out += ']';
}

}  // namespace
}  // namespace holdfast
