#pragma once

#include <string_view>

#include "common/model/place.hpp"
#include "common/model/table.hpp"

/// The parts of validate, one per kind of entry. Each appends to `problems`.
namespace holdfast::model {

void validate_certificate(std::string_view key, Certificate const& certificate,
                          std::vector<Problem>& problems);
void validate_backend(std::string_view key, Backend const& backend, std::vector<Problem>& problems);
void validate_route(std::string_view key, Route const& route, Table const& table,
                    std::vector<Problem>& problems);
void validate_rule(Rule const& rule, Table const& table, Place const& place);

}  // namespace holdfast::model
