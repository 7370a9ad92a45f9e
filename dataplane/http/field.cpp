#include "dataplane/http/field.hpp"

#include <algorithm>

#include "dataplane/http/syntax.hpp"

namespace holdfast::http {
namespace {

auto named(std::string_view name) {
    return [name](Field const& field) { return equal_fold(field.name, name); };
}

}  // namespace

Field const* find_field(Fields fields, std::string_view name) noexcept {
    auto const found = std::ranges::find_if(fields, named(name));
    return found == fields.end() ? nullptr : &*found;
}

Field const* sole_field(Fields fields, std::string_view name) noexcept {
    return std::ranges::count_if(fields, named(name)) == 1 ? find_field(fields, name) : nullptr;
}

bool has_token(Fields fields, std::string_view name, std::string_view token) noexcept {
    for (Field const& field : fields) {
        if (!equal_fold(field.name, name)) continue;
        for (std::string_view rest = field.value; !rest.empty();) {
            if (equal_fold(next_element(rest), token)) return true;
        }
    }
    return false;
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace holdfast::http
