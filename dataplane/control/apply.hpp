#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/model/received.hpp"
#include "common/model/table.hpp"
#include "common/model/version.hpp"
#include "common/push/frames.hpp"

namespace holdfast::control {

/// What serves tables: the listeners and workers, or a test's stand-in.
class TableTarget {
public:
    /// Serves new handshakes by `table`, which has passed validate, from now on.
    /// Errors  what cannot be served; then everything is as it was. A problem names an object of
    ///         the table only when the object is at fault (a key that does not fit), and none when
    ///         this data plane is (a port in use): docs/push-protocol.md, "Refusals".
    [[nodiscard]] virtual std::vector<Problem> serve(std::shared_ptr<model::Table const> table) = 0;

protected:
    ~TableTarget() = default;
};

enum class TableSource : std::uint8_t { controller, disk };

[[nodiscard]] constexpr std::string_view to_string(TableSource source) noexcept {
    return source == TableSource::controller ? "controller" : "disk";
}

struct InForce {
    model::Version version;
    std::shared_ptr<model::Received const> received;  ///< For the next delta, and for the disk.
    std::shared_ptr<model::Table const> table;        ///< What is served of it.
    TableSource source = TableSource::controller;
    WallClock::time_point applied;
};

/// Takes tables over, each as a whole or not at all: decode, validate, compare the hash, serve.
/// Whatever fails leaves the table in force where it is.
///
/// A table whose source vector is older than the one in force comes from a controller that lags
/// behind the one before it: it is refused until it has been insisted on for
/// limits::stale_source_wait, since a cluster restored from a backup is older for good.
///
/// Threads  none; the control thread owns it. Tests: tests/unit/control/apply_test.cpp.
class Applier {
public:
    /// `gateway`: whose tables are taken, `namespace/name`. `target` outlives the applier.
    Applier(std::string gateway, TableTarget& target);

    /// Output  every problem; none when the table is in force.
    [[nodiscard]] std::vector<Problem> apply(push::Snapshot const& frame, TimePoint now);
    [[nodiscard]] std::vector<Problem> apply(push::DeltaFrame const& frame, TimePoint now);
    /// The last good table.
    [[nodiscard]] std::vector<Problem> apply_from_disk(push::Snapshot const& saved, TimePoint now);
    /// A controller says that what is in force is what should be.
    void confirm() noexcept;

    [[nodiscard]] std::optional<InForce> const& in_force() const noexcept { return in_force_; }
    [[nodiscard]] std::uint64_t accepted() const noexcept { return accepted_; }
    [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_; }

private:
    struct Candidate {
        model::Version const& version;
        Checked<model::Received> received;
        TableSource source;
    };

    [[nodiscard]] std::vector<Problem> take(Candidate candidate, TimePoint now);
    [[nodiscard]] std::vector<Problem> judge(Candidate const& candidate, TimePoint now);
    [[nodiscard]] bool is_too_old(model::SourceVector const& sources, TimePoint now);

    std::string gateway_;
    TableTarget& target_;
    std::optional<InForce> in_force_;
    std::optional<TimePoint> older_since_;  ///< First refusal of an older vector in a row.
    std::uint64_t accepted_ = 0;
    std::uint64_t rejected_ = 0;
};

}  // namespace holdfast::control
