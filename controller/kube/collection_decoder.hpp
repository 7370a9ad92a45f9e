#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "controller/kube/collection.hpp"
#include "controller/kube/reflector.hpp"
#include "controller/kube/stored_status.hpp"
#include "controller/source/kinds.hpp"
#include "controller/source/source.hpp"

namespace holdfast::controller::kube {

/// What a step of a reflector means to those who read objects.
struct Batch {
    Changes changes;
    std::vector<StoredStatus> statuses;  ///< Of the upserts of a kind whose status is ours.
};

/// Shared by all who look at them, as they can be many: immutable, never null.
using Problems = std::shared_ptr<std::vector<Problem> const>;

/// Makes objects of what a reflector delivers. An object that cannot be read keeps its last version
/// and is a problem until it can, or is gone.
///
/// Threads  none; owned by the watch of one collection.
class CollectionDecoder {
public:
    /// Input  `collection` is of a kind that source/kinds knows.
    explicit CollectionDecoder(Collection const& collection);

    /// `version` is the collection's after this step.
    [[nodiscard]] Batch decode(Delta delta, std::uint64_t version);
    /// Of every object that cannot be read now, at most limits::object_problems_max each, and one
    /// that says that there are more.
    [[nodiscard]] Problems problems();

private:
    void decode_object(boost::json::object const& object, Batch& batch);
    void note_good(std::string const& key);

    Collection collection_;
    Kind const& kind_;
    std::map<std::string, std::vector<Problem>> problems_;  ///< By key.
    Problems told_;                                         ///< Null: not since they changed.
};

}  // namespace holdfast::controller::kube
