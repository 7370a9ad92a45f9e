#include "tests/sim/peer.hpp"

#include <algorithm>
#include <string>

namespace holdfast::relay::sim {

Received read_frames(ByteVector const& bytes) {
    Received result;
    std::size_t at = 0;
    while (bytes.size() - at >= 2) {
        std::size_t length = bytes[at + 1] & 0x7f;
        bool const masked = (bytes[at + 1] & 0x80) != 0;
        std::size_t const extended = length == 126 ? 2 : length == 127 ? 8 : 0;
        std::size_t const header = 2 + extended + (masked ? 4 : 0);
        if (bytes.size() - at < header) break;
        if (extended > 0) {
            length = 0;
            for (std::size_t i = 0; i < extended; ++i)
                length = length << 8 | bytes[at + 2 + i];
        }
        if (bytes.size() - at - header < length) {
            result.pending = header + length;
            break;
        }
        Received::Frame frame{at, at + header + length, static_cast<std::uint8_t>(bytes[at] & 0x0f),
                              (bytes[at] & 0x80) != 0, 0};
        if (frame.opcode == 8 && length >= 2) {
            auto const plain = [&](std::size_t i) {
                return bytes[at + header + i] ^ (masked ? bytes[at + header - 4 + i] : 0);
            };
            frame.code = static_cast<std::uint16_t>(plain(0) << 8 | plain(1));
        }
        result.frames.push_back(frame);
        at = result.whole = frame.end;
    }
    return result;
}

namespace {

/// No two pieces alike, so that one that is lost or comes twice shows.
std::string payload(Random& random) {
    static constexpr std::size_t kSizes[]{0, 1, 40, 126, 700, 5'000, 17'000, 40'000};
    std::string text(kSizes[random() % 8], '\0');
    auto value = random();
    for (auto& c : text)
        c = static_cast<char>((value = value * 6364136223846793005ULL + 1) >> 33);
    return text;
}

bool holds_close(ByteVector const& bytes) {
    auto const all = read_frames(bytes);
    return std::any_of(all.frames.begin(), all.frames.end(),
                       [](auto const& frame) { return frame.opcode == 8; });
}

}  // namespace

Peer::Peer(Connection& connection, Masking masking, Random& random)
    : connection_(connection), masking_(masking) {
    write_script(random);
}

void Peer::write_script(Random& random) {
    auto const add = [this](ByteVector const& frame) {
        script_.insert(script_.end(), frame.begin(), frame.end());
        boundaries_.push_back(script_.size());
    };
    std::size_t const messages = random() % 8;
    for (std::size_t i = 0; i < messages; ++i) {
        std::size_t const fragments = 1 + (random() % 3 == 0 ? random() % 3 : 0);
        for (std::size_t f = 0; f < fragments; ++f) {
            auto const opcode = static_cast<std::uint8_t>(f == 0 ? 1 + random() % 2 : 0);
            add(test::frame({opcode, f + 1 == fragments, masking_}, payload(random)));
            if (random() % 4 == 0) add(test::frame({0x9, true, masking_}, "ping"));
        }
    }
    static constexpr Finish kFinishes[]{Finish::stays, Finish::stays, Finish::close, Finish::close,
                                        Finish::fin,   Finish::reset, Finish::fault};
    finish_ = kFinishes[random() % 7];
    if (finish_ == Finish::close) add(test::frame({0x8, true, masking_}, "\x0f\xa1 done"));
    if (finish_ == Finish::fault) add({0x09, 0x00});
    // A finish without a Close may cut the last frame anywhere.
    bool const cuts = finish_ == Finish::fin || finish_ == Finish::reset;
    if (cuts && !script_.empty() && random() % 2 == 0) script_.resize(random() % script_.size());
}

void Peer::say_something(Random& random) {
    if (finished_) return;
    std::size_t const left = script_.size() - script_at_;
    std::size_t const most = random() % 3 == 0 ? 50'000 : 300;
    std::size_t const piece = std::min<std::size_t>(left, 1 + random() % most);
    send(Bytes(script_).subspan(script_at_, piece));
    script_at_ += piece;
    if (script_at_ == script_.size()) end_script();
}

void Peer::end_script() {
    finished_ = true;
    if (finish_ == Finish::fin) connection_.send_fin();
    if (finish_ == Finish::reset) connection_.reset();
}

void Peer::send(Bytes bytes) {
    if (connection_.fin_to_tunnel || connection_.reset_to_tunnel) return;
    sent_.insert(sent_.end(), bytes.begin(), bytes.end());
    connection_.send(bytes);
}

void Peer::listen(std::size_t bytes) {
    connection_.read(bytes);
    bool const at_end = connection_.fin_to_peer && connection_.unread() == 0;
    if (!answered_at_ && has_heard_close()) answer_close();
    // A server ends the connection once both Close frames are through (RFC 6455 §7.1.1).
    bool const is_server = masking_ == Masking::forbidden;
    if (at_end || (is_server && answered_)) connection_.send_fin();
}

bool Peer::has_heard_close() const { return holds_close(heard()); }

bool Peer::has_said_close() const { return holds_close(sent_); }

/// The frame under way is finished first, then comes the answer, then nothing more. A script that
/// was cut inside its last frame has no place for an answer any more.
void Peer::answer_close() {
    answered_at_ = sent_.size();
    bool const may_speak = !finished_ || finish_ == Finish::stays;
    if (stubborn || !may_speak) return;
    finished_ = true;
    auto const end = std::find_if(boundaries_.begin(), boundaries_.end(),
                                  [&](std::size_t b) { return b >= script_at_; });
    bool const at_boundary =
        script_at_ == 0 || (end != boundaries_.end() && *end <= script_.size());
    if (!at_boundary) return connection_.send_fin();
    if (script_at_ != 0) send(Bytes(script_).subspan(script_at_, *end - script_at_));
    send(test::frame({0x8, true, masking_}, "\x03\xe8"));
    answered_ = true;
}

ByteVector Peer::heard() const {
    auto const& all = connection_.to_peer;
    return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(connection_.peer_has_read)};
}

}  // namespace holdfast::relay::sim
