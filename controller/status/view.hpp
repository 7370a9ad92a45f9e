#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "controller/push/publisher.hpp"
#include "controller/push/push_totals.hpp"
#include "controller/source/source.hpp"
#include "controller/status/leader_report.hpp"
#include "controller/translate/translate.hpp"

namespace holdfast::controller {

/// Everything that /status, /metrics and /readyz tell of, as of now.
/// Lifetime  what it refers to lives for as long as one answer is made.
struct StatusView {
    Publisher const& publisher;
    Translation const& translation;  ///< Of the last rebuild.
    SourceReport const& source;
    PushTotals const& pushed;
    bool source_synced = false;  ///< Everything there is has been delivered once.
    bool held = false;           ///< Tables wait for manifests that are broken since the start.
    bool built = false;          ///< A rebuild has been made from all of it.
    TimePoint now;
    std::vector<std::string> gateway_addresses;  ///< Where clients reach the data planes, if known.
    std::optional<LeaderReport> leader;          ///< Of a controller that takes part in elections.
    std::function<std::string(StreamId)> peer;
    std::optional<WallClock::time_point> push_certificate_ends;  ///< Where the push port has TLS.
};

}  // namespace holdfast::controller
