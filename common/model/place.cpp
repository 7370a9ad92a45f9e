#include "common/model/place.hpp"

namespace holdfast::model {

Place::Place(std::string_view kind, std::string_view key, std::vector<Problem>& problems) noexcept
    : kind_(kind), key_(key), problems_(&problems) {}

Place::Place(Place const& parent, std::string_view field) noexcept
    : parent_(&parent), field_(field), problems_(parent.problems_) {}

Place::Place(Place const& parent, std::size_t index) noexcept
    : parent_(&parent), index_(index), problems_(parent.problems_) {}

void Place::problem(std::string message) const {
    Place const* root = this;
    while (root->parent_ != nullptr) {
        root = root->parent_;
    }
    std::string object{root->kind_};
    if (!root->key_.empty()) {
        object += ' ';
        object += root->key_;
    }
    problems_->push_back({std::move(object), field_path(), std::move(message)});
}

std::string Place::field_path() const {
    if (parent_ == nullptr) {
        return {};
    }
    std::string path = parent_->field_path();
    if (field_.empty()) {
        return path + '[' + std::to_string(index_) + ']';
    }
    if (!path.empty()) {
        path += '.';
    }
    return path.append(field_);
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t length_max = 80;
    if (text.size() <= length_max) {
        return '"' + std::string(text) + '"';
    }
    std::size_t end = length_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;  // Not inside a character: bytes 10xxxxxx go on with the one before them.
    }
    return '"' + std::string(text.substr(0, end)) + "…\"";
}

}  // namespace holdfast::model
