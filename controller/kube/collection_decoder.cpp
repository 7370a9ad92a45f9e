#include "controller/kube/collection_decoder.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

#include "common/base/assert.hpp"
#include "common/base/limits.hpp"
#include "controller/kube/json_members.hpp"
#include "controller/kube/json_value.hpp"
#include "controller/kube/list_page.hpp"
#include "controller/source/build_object.hpp"

namespace json = boost::json;

namespace holdfast::controller::kube {
namespace {

Kind const& kind_of(Collection const& collection) {
    Kind const* const kind = find_kind(collection.api_version, collection.kind);
    HOLDFAST_ASSERT(kind != nullptr);
    return *kind;
}

bool status_is_ours(Kind const& kind) {
    constexpr std::array<std::string_view, 3> kinds{WebSocketRoute::kKind, Gateway::kKind,
                                                    GatewayClass::kKind};
    return std::ranges::find(kinds, kind.name) != kinds.end();
}

json::object status_of(json::object const& object) {
    json::object const* const status = object_member(&object, "status");
    return status == nullptr ? json::object() : *status;
}

std::vector<Problem> problems_of(std::string const& object, std::vector<Fault> faults) {
    std::vector<Problem> problems;
    for (Fault& fault : faults) {
        if (problems.size() == limits::object_problems_max) {
            problems.push_back({object, {}, "has more problems than are told"});
            break;
        }
        problems.push_back({object, std::move(fault.field), std::move(fault.message)});
    }
    return problems;
}

ObjectMeta const& meta_of(Object const& object) {
    return std::visit([](auto const& it) -> ObjectMeta const& { return it->meta; }, object);
}

}  // namespace

CollectionDecoder::CollectionDecoder(Collection const& collection)
    : collection_(collection), kind_(kind_of(collection)) {}

Batch CollectionDecoder::decode(Delta delta, std::uint64_t version) {
    Batch batch;
    for (json::object const& object : delta.upserts) {
        decode_object(object, batch);
    }
    for (std::string& key : delta.removes) {
        note_good(key);
        batch.changes.removes.push_back({std::string(kind_.name), std::move(key)});
    }
    if (version > 0) batch.changes.sources[to_string(collection_)] = version;
    return batch;
}

void CollectionDecoder::decode_object(json::object const& object, Batch& batch) {
    std::string const key = key_of(object);
    auto built = build_object(kind_, to_value(object), Author::api_server);
    if (!built) {
        problems_[key] = problems_of(std::string(kind_.name) + ' ' + key, std::move(built).error());
        told_.reset();
        return;
    }
    note_good(key);
    if (status_is_ours(kind_)) {
        ObjectMeta const& meta = meta_of(*built);
        batch.statuses.push_back({.id = id_of(*built),
                                  .path = object_path(collection_, key),
                                  .api_version = std::string(kind_.api_version),
                                  .uid = meta.uid,
                                  .resource_version = version_of(object),
                                  .generation = meta.generation,
                                  .status = status_of(object)});
    }
    batch.changes.upserts.push_back(*std::move(built));
}

void CollectionDecoder::note_good(std::string const& key) {
    if (problems_.erase(key) > 0) told_.reset();
}

Problems CollectionDecoder::problems() {
    if (told_) return told_;
    std::vector<Problem> all;
    for (auto const& [key, problems] : problems_) {
        std::ranges::copy(problems, std::back_inserter(all));
    }
    told_ = std::make_shared<std::vector<Problem> const>(std::move(all));
    return told_;
}

}  // namespace holdfast::controller::kube
