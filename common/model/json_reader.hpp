#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/place.hpp"
#include "common/model/table.hpp"
#include "common/model/version.hpp"

/// Reading JSON into values: every wrong type becomes a Problem with its place, reading goes on
/// behind it, and what is missing keeps its default.
///
/// `read_value(json, place, into)` is overloaded for everything that a struct can hold; a struct's
/// own overload reads its members through an ObjectReader.
namespace holdfast::model {

/// Reports that `json` is not `wanted` (`a string`, `an integer from 0 to 65535`).
void report_type(boost::json::value const& json, Place const& place, std::string_view wanted);

void read_value(boost::json::value const& json, Place const& place, bool& into);
void read_value(boost::json::value const& json, Place const& place, std::string& into);
/// Durations are integers in milliseconds.
void read_value(boost::json::value const& json, Place const& place, Milliseconds& into);
/// Anything at all, as long as it is an object.
void read_value(boost::json::value const& json, Place const& place, boost::json::object& into);
void read_value(boost::json::value const& json, Place const& place, Problem& into);
void read_value(boost::json::value const& json, Place const& place, Version& into);

/// The integer in `json` when it lies in [min, max]; else it is reported.
[[nodiscard]] std::optional<std::int64_t> read_signed(boost::json::value const& json,
                                                      Place const& place, std::int64_t min,
                                                      std::int64_t max);
[[nodiscard]] std::optional<std::uint64_t> read_unsigned(boost::json::value const& json,
                                                         Place const& place, std::uint64_t max);
/// The position of the text in `json` among `names`; else it is reported.
[[nodiscard]] std::optional<std::size_t> read_name(boost::json::value const& json,
                                                   Place const& place,
                                                   std::span<std::string_view const> names);

template <std::signed_integral Int>
void read_value(boost::json::value const& json, Place const& place, Int& into) {
    using Limits = std::numeric_limits<Int>;
    if (auto const number = read_signed(json, place, Limits::min(), Limits::max())) {
        into = static_cast<Int>(*number);
    }
}

template <std::unsigned_integral Int>
    requires(!std::same_as<Int, bool>)
void read_value(boost::json::value const& json, Place const& place, Int& into) {
    if (auto const number = read_unsigned(json, place, std::numeric_limits<Int>::max())) {
        into = static_cast<Int>(*number);
    }
}

template <class T>
void read_value(boost::json::value const& json, Place const& place, std::optional<T>& into) {
    read_value(json, place, into.emplace());
}

template <class T>
void read_value(boost::json::value const& json, Place const& place, std::vector<T>& into) {
    if (!json.is_array()) {
        report_type(json, place, "a list");
        return;
    }
    into.clear();
    into.reserve(json.get_array().size());
    for (boost::json::value const& item : json.get_array()) {
        Place const here(place, into.size());
        read_value(item, here, into.emplace_back());
    }
}

template <class T>
void read_value(boost::json::value const& json, Place const& place,
                std::map<std::string, T>& into) {
    if (!json.is_object()) {
        report_type(json, place, "an object");
        return;
    }
    into.clear();
    for (boost::json::key_value_pair const& member : json.get_object()) {
        std::string const key(member.key());
        read_value(member.value(), Place(place, key), into[key]);
    }
}

/// The members of one JSON object. Anything but an object is reported once and has no members.
class ObjectReader {
public:
    ObjectReader(boost::json::value const& json, Place const& place);

    /// Reads the member `name` if there is one.
    template <class T>
    void read(std::string_view name, T& into) const {
        if (boost::json::value const* member = find(name)) {
            read_value(*member, Place(place_, name), into);
        }
    }

    /// Reads the member `name`; its absence is a problem.
    template <class T>
    void require(std::string_view name, T& into) const {
        read(name, into);
        if (object_ != nullptr && find(name) == nullptr) {
            Place(place_, name).problem("is missing");
        }
    }

private:
    [[nodiscard]] boost::json::value const* find(std::string_view name) const;

    boost::json::object const* object_;
    Place const& place_;
};

}  // namespace holdfast::model
