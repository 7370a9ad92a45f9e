#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/limits.hpp"
#include "common/model/table.hpp"
#include "common/model/version.hpp"
#include "common/push/frames.hpp"

namespace holdfast::controller {

/// A push stream, named by the server for as long as the controller runs.
using StreamId = std::uint64_t;

/// A table as it goes out to the data planes of its Gateway.
struct Publication {
    model::Version version;
    std::shared_ptr<model::Table const> table;
};

/// What connected data planes have in force, where it is known.
using TablesInForce = std::map<StreamId, std::shared_ptr<model::Table const>>;

enum class FrameKind : std::uint8_t { same, snapshot, delta };
[[nodiscard]] std::string_view to_string(FrameKind kind) noexcept;

/// One frame, encoded. The text is shared by every stream that gets the same table.
struct Outgoing {
    FrameKind kind = FrameKind::same;
    std::shared_ptr<std::string const> text;
};

/// What became of an acknowledgement.
enum class Receipt : std::uint8_t {
    noted,    ///< The table under way, or one of another replica, is in force now.
    late,     ///< It answers nothing that is under way; nothing changed.
    another,  ///< It names another table than the one under way: counts as a refusal of that one.
};

/// How a data plane stands to the newest table of its Gateway. The names are metric label values.
enum class DataplaneState : std::uint8_t {
    waiting,  ///< There is no table for its Gateway, or not yet.
    current,  ///< The newest table is in force.
    behind,   ///< Another table is in force, or none.
    refused,  ///< It refused the newest table.
};
inline constexpr std::size_t kDataplaneStates = 4;
[[nodiscard]] std::string_view to_string(DataplaneState state) noexcept;

struct DataplaneStatus {
    StreamId stream = 0;
    std::string node;
    std::string gateway;
    std::string build;
    bool subscribed = false;
    DataplaneState state = DataplaneState::waiting;
    std::string in_force;           ///< Hash; empty when it has none.
    std::string under_way;          ///< Hash of the table it has not answered yet.
    std::vector<Problem> problems;  ///< Of its last refusal; empty again once it accepted a table.
};

/// Whether a route or a Gateway, as the newest table has it, serves sessions.
enum class Programming : std::uint8_t {
    programmed,    ///< In force on every data plane, or on one and Fleet::kStragglers have passed.
    pending,       ///< Data planes had kStragglers to answer, and none has it in force.
    no_dataplane,  ///< No data plane of this Gateway is connected.
    unheard,  ///< One of these two, but data planes have not had the time: to answer, or to come
              ///< back to a controller that has just started (kReturn).
    not_offered,  ///< The newest table has no such route.
};

/// Who has which table: the controller's side of the push protocol, without I/O.
///
/// The owner tells what happened on a stream and then asks `next` what to send on it. At most one
/// table is under way on a stream; while it is not answered, `next` is silent, and afterwards
/// it gives the newest one, so what lay between is never sent.
///
/// Cost     a table is encoded once for all data planes that lack the same things.
/// Threads  none.
class Fleet {
public:
    /// How long a route waits for the last data planes before one that serves it is enough.
    static constexpr auto kStragglers = std::chrono::seconds(10);
    /// How long after a Gateway's first table its data planes may be on their way back: the longest
    /// pause between two of their attempts, and time for one.
    static constexpr auto kReturn = limits::push_backoff_max + std::chrono::seconds(5);
    /// Tables remembered per Gateway, so that a data plane which returns gets a delta. They share
    /// what they have in common.
    static constexpr std::size_t kHistory = 8;

    /// The first frame of a stream. Precondition: the stream is not connected.
    void connect(StreamId stream, push::Hello const& hello);
    void disconnect(StreamId stream);
    void subscribe(StreamId stream, push::Subscribe const& frame);

    /// `Receipt::another` counts as a refusal: the same table is offered again as after refuse().
    [[nodiscard]] Receipt acknowledge(StreamId stream, push::Ack const& ack, TimePoint now);
    /// Output: what was refused, so that its objects can be put away; nothing when the answer is
    /// late. The same table is offered again whole: at once when a delta was refused, which may
    /// have been the fault, else after limits::stale_source_wait.
    [[nodiscard]] std::optional<Publication> refuse(StreamId stream, push::Nack const& nack,
                                                    TimePoint now);

    /// From now on the newest table of its Gateway. One with the hash of the last only replaces
    /// its source vector: nothing is sent.
    void publish(Publication publication, TimePoint now);

    /// What to send on this stream now; counts as sent. Nothing when the data plane has what it
    /// should have, has not answered yet, did not subscribe, or has no table to get.
    [[nodiscard]] std::optional<Outgoing> next(StreamId stream, TimePoint now);

    [[nodiscard]] std::vector<StreamId> streams() const;
    /// The Gateway that a connected data plane serves, and its own name.
    [[nodiscard]] std::string const& gateway(StreamId stream) const;
    [[nodiscard]] std::string const& node(StreamId stream) const;
    [[nodiscard]] TablesInForce in_force(std::string const& gateway) const;
    [[nodiscard]] std::vector<DataplaneStatus> dataplanes() const;
    [[nodiscard]] Programming programming(std::string const& gateway, std::string const& route,
                                          TimePoint now) const;
    /// Of a Gateway's listeners.
    [[nodiscard]] Programming programming(std::string const& gateway, TimePoint now) const;
    /// The newest publication of a Gateway; null when there is none.
    [[nodiscard]] Publication const* newest(std::string const& gateway) const;

private:
    struct UnderWay {
        std::uint64_t nonce = 0;
        FrameKind kind = FrameKind::snapshot;
        Publication publication;
    };
    struct Refusal {
        std::string hash;
        TimePoint retry_at;
        std::vector<Problem> problems;
    };
    struct Stream {
        push::Hello hello;
        std::shared_ptr<model::Table const> in_force;  ///< Null when unknown; hello.have names it.
        std::optional<UnderWay> under_way;
        std::optional<Refusal> refusal;
        bool greeted = false;  ///< Has been told something since it subscribed.
    };
    struct Encoded {
        std::uint64_t nonce = 0;
        Outgoing outgoing;
    };
    struct Served {
        Publication newest;
        TimePoint since;                               ///< Of its first table.
        TimePoint listeners_since;                     ///< Since when they are as they are.
        std::deque<Publication> history;               ///< Newest last.
        std::map<std::string, TimePoint> route_since;  ///< Since when a route is as it is.
        std::map<std::string, Encoded> encoded;        ///< The newest table, by the delta's base.
    };

    [[nodiscard]] Stream& at(StreamId stream);
    [[nodiscard]] Stream const& at(StreamId stream) const;
    /// Ends what is under way: the data plane goes on with `hash`.
    Publication refused(Stream& stream, std::string const& hash, std::vector<Problem> problems,
                        TimePoint now);
    void now_has(Stream& stream, std::string hash);
    [[nodiscard]] std::shared_ptr<model::Table const> find(std::string const& gateway,
                                                           std::string const& hash) const;
    [[nodiscard]] Encoded const& encode(Served& served, Stream const& stream);
    [[nodiscard]] DataplaneState state(Stream const& stream) const;
    /// Of something that is as it is since `since`; `serves` says of a table whether it has it.
    template <class Serves>
    [[nodiscard]] Programming judge(Served const& served, TimePoint since, Serves serves,
                                    TimePoint now) const;

    std::map<StreamId, Stream> streams_;
    std::map<std::string, Served> gateways_;
    std::uint64_t last_nonce_ = 0;
};

}  // namespace holdfast::controller
