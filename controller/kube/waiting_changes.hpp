#pragma once

#include <map>
#include <optional>

#include "controller/source/source.hpp"

namespace holdfast::controller::kube {

/// Changes that are handed on later, in one step: of each object its newest.
///
/// Threads  none.
class WaitingChanges {
public:
    void add(Changes newer);
    [[nodiscard]] bool empty() const noexcept { return objects_.empty() && sources_.empty(); }
    /// All of them; none wait afterwards.
    [[nodiscard]] Changes take();

private:
    std::map<ObjectId, std::optional<Object>> objects_;  ///< Nothing: it is gone.
    model::SourceVector sources_;
};

}  // namespace holdfast::controller::kube
