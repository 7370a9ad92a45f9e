#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.hpp"

namespace holdfast::controller::kube {

/// Decides when objects of a kind that a CRD defines are really gone.
///
/// Who deletes a CRD deletes every object with it, one ordinary DELETED event each, and hardly ever
/// means that every socket shall close. So an object that is gone is in doubt until the definition
/// has been looked at: the API server marks it as going away before it deletes the first object.
/// When it goes, everything in doubt is kept; when it is back, that ends kReturnTime after the
/// first object came back, which is the time to apply the others again.
///
/// What it does not see: a controller that starts while the kind is defined anew and empty; a
/// definition that goes and comes back while the API server cannot be reached; and, of several API
/// servers, one whose discovery is more than kSettleTime behind the one that told of the deletions.
/// Threads  none; no clock of its own.
class DeletionGuard {
public:
    /// How long objects are in doubt before the definition is looked at, so that what the API
    /// server says of it is not from before.
    static constexpr auto kSettleTime = std::chrono::seconds(1);
    static constexpr auto kReturnTime = std::chrono::seconds(60);

    void seen(std::string const& key) { doubts_.erase(key); }
    /// False when it was in doubt before.
    bool doubt(std::string key) { return doubts_.insert(std::move(key)).second; }
    [[nodiscard]] std::size_t in_doubt() const noexcept { return doubts_.size(); }
    /// The first few of them, for people.
    [[nodiscard]] std::string names_in_doubt() const;

    void definition_gone() noexcept;
    /// The definition stands, and so many objects of the kind are there.
    /// Output  those in doubt that are gone for good.
    [[nodiscard]] std::vector<std::string> definition_stands(std::size_t objects, TimePoint now);

    /// True while what is in doubt waits for the definition, or for the first object after it.
    [[nodiscard]] bool waits_for_return() const noexcept { return gone_ && !release_at_; }
    /// When what is in doubt is to be asked for again, once something came back.
    [[nodiscard]] std::optional<TimePoint> release_at() const noexcept { return release_at_; }

private:
    std::set<std::string> doubts_;
    bool gone_ = false;
    std::optional<TimePoint> release_at_;
};

}  // namespace holdfast::controller::kube
