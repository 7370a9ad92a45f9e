#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/log.hpp"
#include "common/model/fingerprint.hpp"
#include "controller/push/fleet.hpp"
#include "controller/push/quarantine.hpp"

namespace holdfast::controller {

/// Something an operator should read in the log.
struct Notice {
    log::Level level = log::Level::info;
    std::string message;
    std::string gateway;
    std::string object;  ///< Empty when it concerns no single object.
    std::string detail;
};

void log_all(std::vector<Notice> const& notices);

/// What a Gateway's data planes are offered, and what is kept from them.
struct Offer {
    std::string gateway;
    model::Version version;
    bool gone = false;                    ///< The Gateway disappeared; its last table stays.
    std::vector<Quarantined> quarantine;  ///< Kept out of the table.
    std::vector<Problem> held;  ///< Why a newer table is not offered at all; empty otherwise.
};

/// From the tables that translate wants to the frames that data planes get: quarantine on the way
/// out, refusals on the way back. Without I/O.
///
/// A Gateway that is no longer among the tables keeps its last one: its data planes, restarted
/// ones included, go on with it until the Gateway returns or the controller restarts. A table
/// disappears by accident more often than by intent, and a data plane without a table is an outage.
///
/// A controller that has just started may have read half of what there is, whatever its source
/// says: for kYouth it holds a table that would delete most routes of the one before it.
///
/// Threads  none.
class Publisher {
public:
    /// Age below which tables that delete too much are held: sources have settled by then.
    static constexpr auto kYouth = std::chrono::seconds(60);
    /// Up to so many routes may go at once at any age, whatever their share: where there are few,
    /// they are edited by hand.
    static constexpr std::size_t kDeletionsAllowed = 2;

    /// One that has been running for long.
    Publisher() = default;
    explicit Publisher(TimePoint started) : grown_up_at_(started + kYouth) {}

    /// Takes the tables of one complete rebuild. Never call it before everything has been loaded.
    std::vector<Notice> publish(std::map<std::string, model::Table> const& tables,
                                model::SourceVector const& sources, TimePoint now);

    /// Nothing but the versions of the sources changed since the last publish: the newest tables
    /// are of these now.
    void advance(model::SourceVector const& sources, TimePoint now);

    /// Offers what was held for youth once that is over. Call it now and then.
    std::vector<Notice> tick(TimePoint now);

    // What data planes say and do (Fleet). Any of it may change what is in quarantine, and with it
    // the newest table of the Gateway: ask `next` for every stream when there are notices.
    std::vector<Notice> connect(StreamId stream, push::Hello const& hello, TimePoint now);
    std::vector<Notice> disconnect(StreamId stream, TimePoint now);
    std::vector<Notice> subscribe(StreamId stream, push::Subscribe const& frame, TimePoint now);
    std::vector<Notice> acknowledge(StreamId stream, push::Ack const& ack, TimePoint now);
    /// What it named is put away, unless other data planes have it in force, and the rest becomes
    /// the newest table of the Gateway.
    std::vector<Notice> refuse(StreamId stream, push::Nack const& nack, TimePoint now);

    /// What to send on this stream now; counts as sent (Fleet::next).
    [[nodiscard]] std::optional<Outgoing> next(StreamId stream, TimePoint now) {
        return fleet_.next(stream, now);
    }

    [[nodiscard]] Fleet const& fleet() const noexcept { return fleet_; }
    /// What is kept from the data planes of a Gateway; null for one that never had a table.
    [[nodiscard]] Quarantine const* quarantine(std::string const& gateway) const;
    /// What translate wants a Gateway's data planes to have; null for one that never had a table.
    [[nodiscard]] model::Table const* wanted(std::string const& gateway) const;
    /// Why a Gateway's newest table is not offered at all; empty otherwise.
    [[nodiscard]] std::vector<Problem> held(std::string const& gateway) const;
    /// Sorted by Gateway.
    [[nodiscard]] std::vector<Offer> offers() const;

private:
    struct Channel {
        model::Table wanted;
        model::Table offered;  ///< The last wanted one that was not held for youth.
        model::SourceVector sources;
        model::Fingerprint fingerprint;  ///< Of the newest table.
        Quarantine quarantine;
        std::vector<Problem> held;
        bool gone = false;
    };

    void offer(Channel& channel, TimePoint now, std::vector<Notice>& notices);
    /// Keeps the last table the newest, and tells why when that is news.
    static void hold(Channel& channel, std::vector<Problem> problems, char const* message,
                     std::vector<Notice>& notices);
    /// Why `wanted` is not offered now, after the one that is; nothing when it may be.
    [[nodiscard]] std::vector<Problem> deletes_too_much(model::Table const& wanted,
                                                        TimePoint now) const;
    /// Offers anew what the quarantine lets through by now. False when that is what it was.
    bool review(std::string const& gateway, TimePoint now, std::vector<Notice>& notices);
    [[nodiscard]] Quarantine* quarantine_of(std::string const& gateway);

    std::optional<TimePoint> grown_up_at_;  ///< Empty once that is past.
    Fleet fleet_;
    std::map<std::string, Channel> channels_;  ///< By Gateway.
};

}  // namespace holdfast::controller
