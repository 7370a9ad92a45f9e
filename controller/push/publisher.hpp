#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/log.hpp"
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
    std::vector<Quarantined> quarantine;  ///< Left out of the table.
    std::vector<Problem> held;  ///< Why a newer table is not offered at all; empty otherwise.
};

/// From the tables that translate wants to the frames that data planes get: quarantine on the way
/// out, refusals on the way back. Without I/O.
///
/// A Gateway that is no longer among the tables keeps its last one: its data planes, restarted
/// ones included, go on with it until the Gateway returns or the controller restarts. A table
/// disappears by accident more often than by intent, and a data plane without a table is an outage.
///
/// Threads  none.
class Publisher {
public:
    /// Takes the tables of one complete rebuild. Never call it before everything has been loaded.
    std::vector<Notice> publish(std::map<std::string, model::Table> const& tables,
                                model::SourceVector const& sources, TimePoint now);

    /// A data plane refused a table: what it named is put away and the rest becomes the newest
    /// table of the Gateway.
    std::vector<Notice> refuse(StreamId stream, push::Nack const& nack, TimePoint now);

    [[nodiscard]] Fleet& fleet() noexcept { return fleet_; }
    [[nodiscard]] Fleet const& fleet() const noexcept { return fleet_; }
    /// What is kept from the data planes of a Gateway; null for one that never had a table.
    [[nodiscard]] Quarantine const* quarantine(std::string const& gateway) const;
    /// Sorted by Gateway.
    [[nodiscard]] std::vector<Offer> offers() const;

private:
    struct Channel {
        model::Table wanted;
        model::SourceVector sources;
        Quarantine quarantine;
        std::vector<Problem> held;
        bool gone = false;
    };

    void offer(Channel& channel, TimePoint now, std::vector<Notice>& notices);

    Fleet fleet_;
    std::map<std::string, Channel> channels_;  ///< By Gateway.
};

}  // namespace holdfast::controller
