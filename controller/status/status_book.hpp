#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "common/base/clock.hpp"
#include "controller/kube/stored_status.hpp"
#include "controller/status/status_patch.hpp"

namespace holdfast::controller {

/// Statuses as they should be: every GatewayClass, Gateway and route that is ours.
using Statuses = std::map<ObjectId, boost::json::object>;

/// Of which object a status is to be.
struct WantedStatus {
    boost::json::object status;
    std::string uid;  ///< Empty: of any object of the name.

    friend bool operator==(WantedStatus const&, WantedStatus const&) = default;
};
using WantedStatuses = std::map<ObjectId, WantedStatus>;

/// One status that has to be written.
struct StatusWrite {
    kube::StoredStatus stored;
    StatusPatch patch;
};

/// Decides which statuses are to be written, and when: those that are not stored as they should be,
/// one object at most once a second and one write of it at a time, so that two controllers that
/// disagree do not wear the API server out.
///
/// Threads  none; no clock of its own.
class StatusBook {
public:
    static constexpr auto kInterval = std::chrono::seconds(1);

    explicit StatusBook(Served served = {}) : served_(std::move(served)) {}

    /// What the API server has, as a watch tells. An older version than the last counts too: the
    /// cluster's store may have been restored, and a write of what is only late meets a conflict.
    /// An object that replaced another of its name gets nothing of what is wanted of that one.
    void stored(kube::StoredStatus status);
    /// The object is not there any more, as a watch tells, nor is anything wanted of it.
    void gone(ObjectId const& id);
    /// What it should have: all of it. A route that is not among them has no entry of ours.
    void want(WantedStatuses wanted);
    /// Leadership begins: what was wanted before is forgotten, for the cluster has gone on without
    /// us. What is wanted from now on is compared with what is stored by now.
    void begin_term();

    /// The first write that is due; `wall` is the time for its conditions. It is under way then,
    /// and there is no other one of the object until one of the four calls below has told how it
    /// ended. An object that is as it should be is not looked at again until something is new.
    [[nodiscard]] std::optional<StatusWrite> next(TimePoint now, std::string const& wall);
    /// When next() is worth asking again; nothing: not before something is new.
    [[nodiscard]] std::optional<TimePoint> due() const;

    // How a write has ended; `status` is the one of the StatusWrite, or what has become of it. Of
    // an object that is gone by now, or has been replaced, it is ignored.

    /// It succeeded; this is the answer.
    void written(kube::StoredStatus status);
    /// The API server has this, whatever was known before: one that was restored has an older
    /// version.
    void read_again(kube::StoredStatus status);
    /// It did not succeed, and is due again at `again`. False where it is ignored.
    bool put_off(kube::StoredStatus const& status, TimePoint again);
    /// It did not succeed, and is not worth another try before something is new.
    void leave(kube::StoredStatus const& status);

    /// Objects that are known.
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        std::optional<kube::StoredStatus> stored;
        std::optional<WantedStatus> wanted;
        TimePoint not_before;
        bool under_way = false;
    };

    /// A write of this object has ended. Its entry; null when there is none of this very object.
    [[nodiscard]] Entry* end(kube::StoredStatus const& status);
    void take(Entry& entry, kube::StoredStatus status);
    void want(ObjectId const& id, Entry& entry, std::optional<WantedStatus> wanted);

    Served served_;
    std::map<ObjectId, Entry> entries_;
    std::set<ObjectId> doubtful_;  ///< May differ from what is stored.
};

}  // namespace holdfast::controller
