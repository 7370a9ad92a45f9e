#include "common/model/json_reader.hpp"

#include <algorithm>

namespace holdfast::model {
namespace {

std::string_view type_of(boost::json::value const& json) noexcept;

}  // namespace

void report_type(boost::json::value const& json, Place const& place, std::string_view wanted) {
    place.problem("expected " + std::string(wanted) + ", got " + std::string(type_of(json)));
}

void read_value(boost::json::value const& json, Place const& place, bool& into) {
    if (json.is_bool()) {
        into = json.get_bool();
    } else {
        report_type(json, place, "a boolean");
    }
}

void read_value(boost::json::value const& json, Place const& place, std::string& into) {
    if (json.is_string()) {
        into = json.get_string();
    } else {
        report_type(json, place, "a string");
    }
}

void read_value(boost::json::value const& json, Place const& place, Milliseconds& into) {
    Milliseconds::rep count = 0;
    read_value(json, place, count);
    into = Milliseconds(count);
}

void read_value(boost::json::value const& json, Place const& place, boost::json::object& into) {
    if (json.is_object()) {
        into = json.get_object();
    } else {
        report_type(json, place, "an object");
    }
}

void read_value(boost::json::value const& json, Place const& place, Problem& into) {
    ObjectReader const reader(json, place);
    reader.read("object", into.object);
    reader.read("field", into.field);
    reader.read("message", into.message);
}

void read_value(boost::json::value const& json, Place const& place, Version& into) {
    ObjectReader const reader(json, place);
    reader.require("hash", into.hash);
    reader.read("sources", into.sources);
}

std::optional<std::int64_t> read_signed(boost::json::value const& json, Place const& place,
                                        std::int64_t min, std::int64_t max) {
    // Boost.JSON parses what fits into int64 as that, and larger integers as uint64.
    if (json.is_int64() && json.get_int64() >= min && json.get_int64() <= max) {
        return json.get_int64();
    }
    report_type(json, place,
                "an integer from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
}

std::optional<std::uint64_t> read_unsigned(boost::json::value const& json, Place const& place,
                                           std::uint64_t max) {
    std::optional<std::uint64_t> number;
    if (json.is_int64() && json.get_int64() >= 0) {
        number = static_cast<std::uint64_t>(json.get_int64());
    } else if (json.is_uint64()) {
        number = json.get_uint64();
    }
    if (!number || *number > max) {
        report_type(json, place, "an integer from 0 to " + std::to_string(max));
        return std::nullopt;
    }
    return number;
}

std::optional<std::size_t> read_name(boost::json::value const& json, Place const& place,
                                     std::span<std::string_view const> names) {
    if (!json.is_string()) {
        report_type(json, place, "a string");
        return std::nullopt;
    }
    std::string_view const text = json.get_string();
    auto const found = std::ranges::find(names, text);
    if (found == names.end()) {
        std::string message = "unknown value " + in_quotes(text) + ", known are";
        for (std::string_view const name : names) {
            message.append(name == names.front() ? " " : ", ").append(name);
        }
        place.problem(std::move(message));
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - names.begin());
}

ObjectReader::ObjectReader(boost::json::value const& json, Place const& place)
    : object_(json.if_object()), place_(place) {
    if (object_ == nullptr) {
        report_type(json, place, "an object");
    }
}

boost::json::value const* ObjectReader::find(std::string_view name) const {
    return object_ == nullptr ? nullptr : object_->if_contains(name);
}

namespace {

std::string_view type_of(boost::json::value const& json) noexcept {
    switch (json.kind()) {
        case boost::json::kind::null:
            return "null";
        case boost::json::kind::bool_:
            return "a boolean";
        case boost::json::kind::int64:
        case boost::json::kind::uint64:
            return "an integer";
        case boost::json::kind::double_:
            return "a fraction";
        case boost::json::kind::string:
            return "a string";
        case boost::json::kind::array:
            return "a list";
        case boost::json::kind::object:
            return "an object";
    }
    return "nothing";
}

}  // namespace
}  // namespace holdfast::model
