#pragma once

#include <map>
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
    [[nodiscard]] std::vector<Problem> problems() const;

private:
    void decode_object(boost::json::object const& object, Batch& batch);

    Collection collection_;
    Kind const& kind_;
    std::map<std::string, std::vector<Problem>> problems_;  ///< By key.
};

}  // namespace holdfast::controller::kube
