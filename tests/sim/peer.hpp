#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "tests/sim/fake_wire.hpp"
#include "tests/unit/relay/frames.hpp"

namespace holdfast::relay::sim {

using test::ByteVector;
using Random = std::mt19937_64;

/// How a peer ends its stream, when its script is through.
enum class Finish { stays, close, fin, reset, fault };

/// What a peer has received, cut into frames by a reader of its own (not the walker's code).
struct Received {
    struct Frame {
        std::size_t begin;
        std::size_t end;
        std::uint8_t opcode;
        bool fin;
        std::uint16_t code;  ///< Of a Close.
    };
    std::vector<Frame> frames;
    std::size_t whole = 0;    ///< Bytes in whole frames.
    std::size_t pending = 0;  ///< Size of the frame behind them, as its header declares it.
};
[[nodiscard]] Received read_frames(ByteVector const& bytes);

/// A scripted WebSocket endpoint: sends random messages in random pieces, reads when it likes, and
/// answers a Close as the protocol says (or not, if it is stubborn).
class Peer {
public:
    static constexpr std::uint16_t kCloseCode = 4001;  ///< Of a Close that it begins itself.

    Peer(Connection& connection, Masking masking, Random& random);

    /// Sends a random piece of what its script has left; at the end of it, the finish.
    void say_something(Random& random);
    /// Reads some, and answers a Close that it finds.
    void listen(std::size_t bytes);
    [[nodiscard]] ByteVector const& sent() const noexcept { return sent_; }
    [[nodiscard]] ByteVector heard() const;
    [[nodiscard]] bool script_is_over() const noexcept { return finished_; }
    /// Bytes that it had sent when it first read a Close.
    [[nodiscard]] std::optional<std::size_t> sent_before_close() const noexcept {
        return answered_at_;
    }
    /// It has answered a Close with one of its own.
    [[nodiscard]] bool has_answered() const noexcept { return answered_; }
    /// A Close of its own, as a beginning or an answer, is among what it has sent.
    [[nodiscard]] bool has_said_close() const;
    bool stubborn = false;  ///< Never answers a Close.

private:
    void send(Bytes bytes);
    void write_script(Random& random);
    void end_script();
    [[nodiscard]] bool has_heard_close() const;
    void answer_close();

    Connection& connection_;
    Masking masking_;
    ByteVector script_;
    std::size_t script_at_ = 0;
    std::vector<std::size_t> boundaries_;  ///< Frame ends in the script.
    ByteVector sent_;
    Finish finish_ = Finish::stays;
    bool finished_ = false;
    bool answered_ = false;
    std::optional<std::size_t> answered_at_;
};

}  // namespace holdfast::relay::sim
