#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/error.hpp"
#include "common/model/table.hpp"
#include "controller/push/fleet.hpp"
#include "controller/push/table_objects.hpp"

namespace holdfast::controller {

/// Who found the fault.
enum class FoundBy : std::uint8_t { validation, dataplane };

/// What tables hold in the place of an object in quarantine.
enum class Standby : std::uint8_t { nothing, last_good };

/// An object that is kept out of a Gateway's tables as it is now.
struct Quarantined {
    std::string object;  ///< As in problems: `Route default/chat`.
    FoundBy found_by = FoundBy::validation;
    std::vector<Problem> problems;
    Standby standby = Standby::nothing;

    friend bool operator==(Quarantined const&, Quarantined const&) = default;
};

/// Keeps the bad objects of one Gateway out of its tables, so that one of them never freezes the
/// rest. The last good version of an object stays in its place, so that sessions on it live on;
/// without one, or where it does not fit the rest any more, the object is left out (leave_out tells
/// what goes with it).
///
/// The last good version of what validation finds is that of the last admitted table; of what a
/// data plane refused, the one that this or another data plane has in force.
///
/// What validation finds is judged anew for every table. What a data plane refused is put away
/// for as long as it is what was refused, a connected data plane refuses it, and no other one has
/// it in force: then the fault is that data plane's, and no reason to take from the others what
/// serves there.
///
/// Pure; Threads none.
class Quarantine {
public:
    /// Notes that a data plane refuses the objects that `problems` name, where `table`, which it
    /// refused, holds them as the last admitted table does: what has changed since is not judged by
    /// an old answer. review() tells whether they are put away.
    void refuse(StreamId stream, model::Table const& table, std::vector<Problem> const& problems);
    /// A data plane has taken `table` over: it refuses nothing that this holds.
    void accept(StreamId stream, model::Table const& table);
    /// A data plane is gone, and with it what it refused.
    void forget(StreamId stream);

    [[nodiscard]] bool has_refusals() const noexcept { return !refusals_.empty(); }
    /// Decides by what connected data planes have in force which refused objects are put away, and
    /// what stands in for them. Output: whether that changed, so that `admit` would give another
    /// table.
    bool review(TablesInForce const& in_force);

    /// What may be pushed of `wanted`; releases objects whose content changed.
    /// Errors: the problems of a table that stays invalid whatever is left out of it; then nothing
    /// changes.
    [[nodiscard]] Checked<model::Table> admit(model::Table const& wanted);

    /// What the last `admit` kept out, sorted by object.
    [[nodiscard]] std::vector<Quarantined> const& entries() const noexcept { return entries_; }

private:
    enum class Verdict : std::uint8_t { tolerated, put_away };
    /// An object that data planes refused.
    struct Refusal {
        TableObject wanted;   ///< As the source has it: what decides about its release.
        TableObject refused;  ///< As it was sent; what was left out around it may show in it.
        std::vector<Problem> problems;
        std::set<StreamId> by;
        Verdict verdict = Verdict::tolerated;
        std::optional<TableObject> last_good;  ///< Where it is put away.
    };
    using Refusals = std::map<std::string, Refusal>;  ///< By the object's name.

    [[nodiscard]] static Verdict judge(std::string const& object, Refusal const& refusal,
                                       TablesInForce const& in_force);

    [[nodiscard]] static std::optional<TableObject> last_good(std::string const& object,
                                                              Refusal const& refusal,
                                                              TablesInForce const& in_force);
    /// Takes `entry.object` out of `table`, or puts `good` in its place where that is another one.
    static void put_away(model::Table& table, Quarantined& entry,
                         std::optional<TableObject> const& good);

    Refusals refusals_;
    std::vector<Quarantined> entries_;
    // The last admit's input and output.
    model::Table wanted_;
    model::Table admitted_;
};

}  // namespace holdfast::controller
