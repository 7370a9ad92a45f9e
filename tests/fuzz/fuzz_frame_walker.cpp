// Goal: no bytes and no split make the walker read beyond its input, let through what breaks
// framing, or depend on how the stream was cut.
// Method: the first bytes choose the side and the cuts; the walk in pieces must pass the same bytes
// and count the same messages as a walk over everything at once.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "dataplane/relay/close_frame.hpp"
#include "dataplane/relay/frame_walker.hpp"

namespace {

using namespace holdfast::relay;

struct Outcome {
    std::size_t passed = 0;
    std::uint32_t messages = 0;
    Walk::Stop stop = Walk::Stop::more;
};

Outcome walk_in_pieces(FrameWalker walker, Bytes stream, std::size_t piece) {
    Outcome outcome;
    std::vector<std::uint8_t> held;
    for (std::size_t at = 0; at < stream.size() && outcome.stop == Walk::Stop::more; at += piece) {
        auto const next = stream.subspan(at, std::min(piece, stream.size() - at));
        held.insert(held.end(), next.begin(), next.end());
        auto const walk = walker.walk(held);
        if (walk.passable > held.size() || walk.message_end > walk.passable) std::abort();
        if (walk.stop == Walk::Stop::close) {
            auto const frame = Bytes(held).subspan(walk.passable, walk.frame_bytes);
            if (read_close_frame(frame).text.size() > 123) std::abort();
        }
        held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(walk.passable));
        outcome.passed += walk.passable;
        outcome.messages += walk.messages;
        outcome.stop = walk.stop;
    }
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size < 2) return 0;
    auto const masking = (data[0] & 1) != 0 ? Masking::required : Masking::forbidden;
    std::size_t const held_max = (data[0] & 2) != 0 ? 131 : 16 * 1024;
    std::size_t const piece = 1 + data[1];
    Bytes const stream{data + 2, size - 2};

    FrameWalker const walker(masking, held_max);
    auto const whole = walk_in_pieces(walker, stream, stream.size() + 1);
    auto const pieces = walk_in_pieces(walker, stream, piece);
    // A long frame passes in parts, so only the bytes of the last, incomplete one may differ.
    if (whole.messages != pieces.messages || whole.stop != pieces.stop) std::abort();
    if (whole.stop != Walk::Stop::more && whole.passed != pieces.passed) std::abort();
    return 0;
}
