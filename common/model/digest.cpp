#include "common/model/digest.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <vector>

#include "common/base/sha256.hpp"

namespace holdfast::model {
namespace {

namespace json = boost::json;

void write(json::value const& value, std::string& out);
void write(json::array const& array, std::string& out);
void write(json::object const& object, std::string& out);
void write_text(std::string_view text, std::string& out);
void write_size(char type, std::size_t size, std::string& out);
void write_number(char type, auto number, std::string& out);

}  // namespace

std::string digest(json::value const& json) {
    std::string canonical;
    write(json, canonical);
    return sha256(canonical);
}

namespace {

void write(json::value const& value, std::string& out) {
    switch (value.kind()) {
        case json::kind::null:
            out += 'n';
            break;
        case json::kind::bool_:
            out += value.get_bool() ? 't' : 'f';
            break;
        case json::kind::int64:
            write_number('i', value.get_int64(), out);
            break;
        case json::kind::uint64:
            write_number('i', value.get_uint64(), out);
            break;
        case json::kind::double_:
            write_number('d', value.get_double(), out);
            break;
        case json::kind::string:
            write_text(value.get_string(), out);
            break;
        case json::kind::array:
            write(value.get_array(), out);
            break;
        case json::kind::object:
            write(value.get_object(), out);
            break;
    }
}

void write(json::array const& array, std::string& out) {
    write_size('a', array.size(), out);
    for (json::value const& item : array) {
        write(item, out);
    }
}

void write(json::object const& object, std::string& out) {
    std::vector<json::key_value_pair const*> members;
    members.reserve(object.size());
    for (json::key_value_pair const& member : object) {
        members.push_back(&member);
    }
    std::ranges::sort(members, {},
                      [](auto const* member) { return std::string_view(member->key()); });
    write_size('o', members.size(), out);
    for (json::key_value_pair const* const member : members) {
        write_text(member->key(), out);
        write(member->value(), out);
    }
}

void write_text(std::string_view text, std::string& out) {
    write_size('s', text.size(), out);
    out += text;
}

void write_size(char type, std::size_t size, std::string& out) {
    out += type;
    out += std::to_string(size);
    out += ':';
}

void write_number(char type, auto number, std::string& out) {
    std::array<char, 32> text{};
    auto const end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    out += type;
    out.append(text.data(), end);
    out += ';';
}

}  // namespace
}  // namespace holdfast::model
