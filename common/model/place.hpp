#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.hpp"

namespace holdfast::model {

/// A place in an object, where a Problem may turn up: `rules[0].matches[1].path`.
///
/// A chain of places on the stack, one per level, spelled out only when there is a problem: looking
/// at a table of 10,000 good routes builds no field names.
/// Lifetime  a place refers to its parent, and the first one to `problems`.
class Place {
public:
    Place(std::string_view kind, std::string_view key, std::vector<Problem>& problems) noexcept;
    Place(Place const& parent, std::string_view field) noexcept;
    Place(Place const& parent, std::size_t index) noexcept;

    /// Appends a problem with this place; `message` says what is wrong and what would be right.
    void problem(std::string message) const;

private:
    [[nodiscard]] std::string field_path() const;

    Place const* parent_ = nullptr;
    std::string_view kind_;  ///< Of the first place only, as is `key_`.
    std::string_view key_;
    std::string_view field_;  ///< Empty for an item of a list.
    std::size_t index_ = 0;
    std::vector<Problem>* problems_;
};

/// `text` in quotes for a message, cut off where it gets too long to read, between two characters
/// of UTF-8.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace holdfast::model
