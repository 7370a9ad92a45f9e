#pragma once

#include <map>
#include <string>
#include <utility>

#include "common/model/table.hpp"
#include "common/push/frames.hpp"
#include "tests/support/tables.hpp"

namespace holdfast::controller {

using Tables = std::map<std::string, model::Table>;

/// What a publisher is to publish where `table` is all there is.
inline Tables tables(model::Table table) {
    Tables result;
    std::string const gateway = table.gateway;
    result.emplace(gateway, std::move(table));
    return result;
}

/// The first frame of a data plane of test::kGateway that has the table of this hash.
inline push::Hello hello(std::string have, bool subscribe = true) {
    push::Hello frame;
    frame.features = {"delta"};
    frame.node = "node";
    frame.gateway = test::kGateway;
    frame.subscribe = subscribe;
    frame.have = std::move(have);
    return frame;
}

}  // namespace holdfast::controller
