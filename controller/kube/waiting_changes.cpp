#include "controller/kube/waiting_changes.hpp"

#include <utility>

namespace holdfast::controller::kube {

void WaitingChanges::add(Changes newer) {
    for (Object& object : newer.upserts) {
        objects_.insert_or_assign(id_of(object), std::move(object));
    }
    for (ObjectId& id : newer.removes) {
        objects_.insert_or_assign(std::move(id), std::nullopt);
    }
    for (auto const& [collection, version] : newer.sources) {
        sources_[collection] = version;
    }
}

Changes WaitingChanges::take() {
    Changes changes;
    for (auto& [id, object] : std::exchange(objects_, {})) {
        if (object) {
            changes.upserts.push_back(*std::move(object));
        } else {
            changes.removes.push_back(id);
        }
    }
    changes.sources = std::exchange(sources_, {});
    return changes;
}

}  // namespace holdfast::controller::kube
