#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "common/model/delta.hpp"
#include "common/model/table_json.hpp"
#include "common/model/version.hpp"
#include "common/push/frames.hpp"
#include "dataplane/control/apply.hpp"

namespace holdfast::test {

/// Serves nothing; remembers, and refuses when it is told to.
class FakeTarget final : public control::TableTarget {
public:
    std::vector<Problem> serve(std::shared_ptr<model::Table const> table) override {
        if (refusal.empty()) {
            served.push_back(std::move(table));
        }
        return refusal;
    }

    std::vector<std::shared_ptr<model::Table const>> served;
    std::vector<Problem> refusal;
};

[[nodiscard]] inline push::Snapshot snapshot(model::Table const& table,
                                             model::SourceVector sources = {},
                                             std::uint64_t nonce = 1) {
    return {nonce, {model::content_hash(table), std::move(sources)}, model::to_json(table)};
}

[[nodiscard]] inline push::DeltaFrame delta(model::Table const& from, model::Table const& to,
                                            std::uint64_t nonce = 2) {
    return {nonce,
            model::content_hash(from),
            {model::content_hash(to), {}},
            model::difference(from, to)};
}

}  // namespace holdfast::test
