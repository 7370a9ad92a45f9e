#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "controller/kube/collection.hpp"
#include "controller/kube/transport.hpp"
#include "controller/kube/watch_parser.hpp"

namespace holdfast::controller::kube {

/// One collection of an API server with its whole history: what every request for it is answered
/// when nothing goes wrong on the way.
///
/// Threads  none; no clock of its own. Deterministic for a given seed.
class ModelServer {
public:
    /// resourceVersions by `namespace/name`.
    using Objects = std::map<std::string, std::uint64_t>;
    /// A definition that goes is told by discovery only so much later.
    static constexpr auto kDiscoveryLag = std::chrono::milliseconds(400);

    ModelServer(Collection collection, std::uint64_t seed);

    /// What has happened by now of what was begun.
    void pass(TimePoint now);

    // --- what operators do
    void put(std::string const& key);
    void remove(std::string const& key);
    void compact();
    /// A backup of some version that is remembered.
    void restore();
    /// Every object goes, and the definition a while after.
    void delete_definition(TimePoint now);
    void define();

    // --- what clients ask
    [[nodiscard]] Answer list(std::string const& target);
    [[nodiscard]] Answer discovery(TimePoint now) const;
    /// False when the history does not go back that far.
    [[nodiscard]] bool remembers(std::uint64_t version) const { return version >= oldest_; }
    [[nodiscard]] std::vector<WatchEvent> events_after(std::uint64_t version) const;
    [[nodiscard]] WatchEvent bookmark() const;

    [[nodiscard]] Objects const& objects() const { return states_.rbegin()->second; }
    [[nodiscard]] std::uint64_t version() const { return states_.rbegin()->first; }
    [[nodiscard]] bool defined() const { return defined_; }
    [[nodiscard]] bool going() const { return going_since_.has_value(); }
    /// Another number means that every stream has been cut.
    [[nodiscard]] int era() const { return era_; }

private:
    struct Event {
        WatchEvent::Type type;
        std::string key;
        std::uint64_t version;
    };

    void change(Event event);

    Collection const collection_;
    std::mt19937_64 random_;
    std::map<std::uint64_t, Objects> states_{{10, {}}};  ///< By version, since oldest_.
    std::vector<Event> events_;
    std::uint64_t oldest_ = 10;
    bool defined_ = true;
    std::optional<TimePoint> going_since_;
    TimePoint gone_at_;
    int era_ = 0;
};

/// The value of a parameter of a query; empty without it.
[[nodiscard]] std::string parameter(std::string const& target, std::string const& name);
[[nodiscard]] Answer refusal(int code, std::string const& reason);
[[nodiscard]] WatchEvent error_event(int code);

}  // namespace holdfast::controller::kube
