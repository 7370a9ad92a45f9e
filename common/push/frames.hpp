#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/json/object.hpp>

#include "common/base/error.hpp"
#include "common/model/delta.hpp"
#include "common/model/version.hpp"

/// The push protocol: text messages of one WebSocket stream that a data plane dials to every
/// controller replica. Each message is a JSON object with a single key, the frame's name.
///
///     data plane                       controller
///     hello{node, gateway, have} ───▶
///                                ◀───  same{hash} | snapshot{nonce, version, table}
///                                ◀───  delta{nonce, base, version, upserts, removes}
///     ack{nonce, hash}           ───▶
///     nack{nonce, hash, problems}───▶
///                                ◀───  goaway{}
///
/// A data plane takes tables from one replica (`subscribe: true`) and tells every replica what it
/// has. Only one table is under way at a time: a newer one waits for the answer to the last, and
/// replaces what was waiting. Peers ignore fields and frames that they do not know; `protocol`
/// changes only when an old peer could misread a new one, `features` names what may be used.
namespace holdfast::push {

inline constexpr int kProtocol = 1;
inline constexpr std::string_view kPath = "/push";
inline constexpr std::string_view kSubprotocol = "push.holdfast.dev";

/// The first message of every stream.
struct Hello {
    int protocol = kProtocol;
    std::vector<std::string> features;  ///< `delta`: deltas of every collection are understood.
    std::string node;                   ///< The data plane's name: the pod's, or the host's.
    std::string gateway;                ///< `namespace/name`.
    std::string build;
    bool subscribe = false;
    std::string have;  ///< Hash of the table in force; empty when there is none.
};

/// Sent when the data plane chooses this replica as its source later than in its hello.
struct Subscribe {
    std::string have;
};

/// The data plane's table is in force. To the replica that sent the table with its nonce; to
/// every other one with nonce 0, when the table in force changed.
struct Ack {
    std::uint64_t nonce = 0;
    std::string hash;
};

/// The data plane refused a table and goes on with `hash` (empty: with none).
struct Nack {
    std::uint64_t nonce = 0;
    std::string hash;
    std::vector<Problem> problems;
};

/// What the data plane has is what it should have.
struct Same {
    std::string hash;
};

struct Snapshot {
    std::uint64_t nonce = 0;
    model::Version version;
    boost::json::object table;
};

/// Sent only when `base` is what the data plane last acknowledged.
struct DeltaFrame {
    std::uint64_t nonce = 0;
    std::string base;
    model::Version version;
    model::Delta delta;
};

/// The replica goes away: dial another one, and this one again later.
struct GoAway {};

using ToController = std::variant<Hello, Subscribe, Ack, Nack>;
using ToDataplane = std::variant<Same, Snapshot, DeltaFrame, GoAway>;

[[nodiscard]] std::string encode(ToController const& frame);
[[nodiscard]] std::string encode(ToDataplane const& frame);

/// Outcome of decoding: a frame, nothing for a frame of a newer peer, or problems.
template <class Frame>
using Decoded = Checked<std::optional<Frame>>;

[[nodiscard]] Decoded<ToController> decode_to_controller(std::string_view text);
[[nodiscard]] Decoded<ToDataplane> decode_to_dataplane(std::string_view text);

}  // namespace holdfast::push
