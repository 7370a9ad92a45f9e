#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error.hpp"
#include "common/push/frames.hpp"

namespace holdfast::control {

/// A push stream, named by the client for as long as the data plane runs.
using StreamId = std::uint64_t;

struct Outgoing {
    StreamId stream;
    push::ToController frame;
};
using Answers = std::vector<Outgoing>;

/// What a data plane says of itself in every hello.
struct Identity {
    std::string node;
    std::string gateway;  ///< `namespace/name`.
    std::string build;
};

/// From whom tables are taken and what every controller is told: the data plane's side of the push
/// protocol (common/push/frames.hpp), without I/O.
///
/// The first stream that opens is the source. When it is lost or goes away, the oldest of the
/// others takes over and is told what is in force, so that a fleet of controllers with equal tables
/// moves no bytes.
///
/// The owner says what happened and sends what comes back. Threads: none.
class PushState {
public:
    explicit PushState(Identity identity) : identity_(std::move(identity)) {}

    /// A stream is open: its first frame. Younger streams have larger ids.
    [[nodiscard]] Answers opened(StreamId stream);
    [[nodiscard]] Answers closed(StreamId stream);
    /// The replica said goodbye: it is no source any more.
    [[nodiscard]] Answers going_away(StreamId stream);

    /// May a table of this stream be applied? One that a former source sent may not.
    [[nodiscard]] bool is_source(StreamId stream) const noexcept { return source_ == stream; }

    /// A table from the source is in force.
    [[nodiscard]] Answers accepted(std::uint64_t nonce, std::string hash);
    /// A table from the source was refused.
    [[nodiscard]] Answers refused(std::uint64_t nonce, std::vector<Problem> problems) const;
    /// A table came into force from elsewhere: the last good one from disk.
    [[nodiscard]] Answers took_from_disk(std::string hash);

    [[nodiscard]] std::size_t streams() const noexcept { return streams_.size(); }

private:
    enum class Standing : std::uint8_t { staying, leaving };

    [[nodiscard]] Answers elect();
    [[nodiscard]] Answers tell_all(std::uint64_t nonce) const;

    Identity identity_;
    std::string in_force_;  ///< Hash; empty for none.
    std::map<StreamId, Standing> streams_;
    std::optional<StreamId> source_;
};

}  // namespace holdfast::control
