#include "controller/store/store.hpp"

#include <string>
#include <utility>
#include <variant>

namespace holdfast::controller {

namespace {

/// Each says whether it changed something.
bool upsert(Snapshot& snapshot, Object const& object);
bool remove(Snapshot& snapshot, ObjectId const& id);
bool advance(model::SourceVector& sources, model::SourceVector const& newer);

}  // namespace

void Store::subscribe(std::function<void()> notify) {
    std::function<void()> late;
    {
        std::lock_guard const lock(mutex_);
        notify_ = std::move(notify);
        if (changed_) late = notify_;
    }
    if (late) late();
}

void Store::apply(Changes const& changes) {
    std::function<void()> notify;
    {
        std::lock_guard const lock(mutex_);
        bool changed = false;
        for (Object const& object : changes.upserts)
            changed |= upsert(working_, object);
        for (ObjectId const& id : changes.removes)
            changed |= remove(working_, id);
        changed |= advance(working_.sources, changes.sources);
        if (changed) notify = note_change();
    }
    if (notify) notify();
}

std::shared_ptr<Snapshot const> Store::snapshot() {
    std::lock_guard const lock(mutex_);
    if (changed_) published_ = std::make_shared<Snapshot const>(working_);
    changed_ = false;
    return published_;
}

bool same_objects(Snapshot const& a, Snapshot const& b) {
    return a.gateway_classes == b.gateway_classes && a.gateways == b.gateways &&
           a.routes == b.routes && a.services == b.services &&
           a.endpoint_slices == b.endpoint_slices && a.secrets == b.secrets &&
           a.reference_grants == b.reference_grants && a.namespaces == b.namespaces;
}

std::function<void()> Store::note_change() {
    if (std::exchange(changed_, true)) return {};
    return notify_;
}

namespace {

/// The collection that holds objects of a kind.
Objects<GatewayClass>& collection(Snapshot& s, GatewayClass const*) { return s.gateway_classes; }
Objects<Gateway>& collection(Snapshot& s, Gateway const*) { return s.gateways; }
Objects<WebSocketRoute>& collection(Snapshot& s, WebSocketRoute const*) { return s.routes; }
Objects<Service>& collection(Snapshot& s, Service const*) { return s.services; }
Objects<EndpointSlice>& collection(Snapshot& s, EndpointSlice const*) { return s.endpoint_slices; }
Objects<Secret>& collection(Snapshot& s, Secret const*) { return s.secrets; }
Objects<ReferenceGrant>& collection(Snapshot& s, ReferenceGrant const*) {
    return s.reference_grants;
}
Objects<Namespace>& collection(Snapshot& s, Namespace const*) { return s.namespaces; }

bool upsert(Snapshot& snapshot, Object const& object) {
    return std::visit(
        [&snapshot](auto const& pointer) {
            auto& held = collection(snapshot, pointer.get())[pointer->meta.key()];
            if (held == pointer || (held && *held == *pointer)) return false;
            held = pointer;
            return true;
        },
        object);
}

template <class T>
bool remove_of(Snapshot& snapshot, ObjectId const& id) {
    return id.kind == T::kKind &&
           collection(snapshot, static_cast<T const*>(nullptr)).erase(id.key) > 0;
}

template <class... Kinds>
bool remove_any(Snapshot& snapshot, ObjectId const& id,
                std::variant<std::shared_ptr<Kinds const>...> const*) {
    return (remove_of<Kinds>(snapshot, id) || ...);
}

bool remove(Snapshot& snapshot, ObjectId const& id) {
    return remove_any(snapshot, id, static_cast<Object const*>(nullptr));
}

bool advance(model::SourceVector& sources, model::SourceVector const& newer) {
    bool changed = false;
    for (auto const& [collection, version] : newer) {
        if (version == 0) {
            changed |= sources.erase(collection) > 0;
            continue;
        }
        std::uint64_t& held = sources[collection];
        changed |= held != version;
        held = version;
    }
    return changed;
}

}  // namespace

}  // namespace holdfast::controller
