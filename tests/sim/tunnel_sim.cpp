// Goal: whatever peers, time and operator do, in whatever order and split, a session keeps the
// promises of docs/closing.md and ends.
// Method: a tunnel between two scripted peers; a seeded stream of random events; the promises are
// checked after the last one. HOLDFAST_SEED=n replays one run, HOLDFAST_RUNS=n sets their number.
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "common/base/limits.hpp"
#include "dataplane/relay/tunnel_impl.hpp"
#include "tests/sim/fake_wire.hpp"
#include "tests/sim/peer.hpp"
#include "tests/support/seed.hpp"

namespace holdfast::relay::sim {
namespace {

using closing::State;

/// One random life of a session.
struct Simulation {
    explicit Simulation(std::uint64_t seed, Sabotage sabotage = Sabotage::none) : random(seed) {
        client_side.sabotage = sabotage;
        client.stubborn = random() % 8 == 0;
        client_side.window = 500 + random() % 100'000;
        backend_side.window = 500 + random() % 100'000;
        closes_at = random() % 3 == 0 ? random() % 200 : kNever;
        hurries_at = random() % 10 == 0 ? random() % 250 : kNever;
        recalls_at = random() % 10 == 0 ? random() % 250 : kNever;
        cuts_at = random() % 12 == 0 ? random() % 300 : kNever;
    }

    void run() {
        for (std::size_t step = 0; step < 300 && !tunnel->has_ended(); ++step)
            one_event(step);
        quiesce();
    }

    void one_event(std::size_t step) {
        if (step == closes_at) tunnel->close(bench, Reason::drain, 1012);
        if (step == hurries_at) {
            hurried = true;
            bench.close_place = ClosePlace::between_frames;
            tunnel->look_for_close_place(bench);
        }
        if (step == recalls_at) tunnel->recall(bench, Reason::drain);
        if (step == cuts_at) {
            was_cut = true;
            tunnel->close(bench, Reason::drain, 1012);
            tunnel->cut(bench);
        }
        switch (random() % 9) {
            case 0:
            case 1:
                client.say_something(random);
                break;
            case 2:
            case 3:
                backend.say_something(random);
                break;
            case 4:
                client.listen(random() % 20'000);
                break;
            case 5:
                backend.listen(random() % 20'000);
                break;
            case 6:
                deliver_edges();
                break;
            case 7:
                take_turns(1 + random() % 3);
                break;
            default:
                if (random() % 40 == 0 && tunnel->time_allowed()) {
                    timed_out = time_passed = true;
                    tunnel->timeout(bench);
                }
        }
        EXPECT_LE(pool.bytes_out(), kMemoryMax);
    }

    /// Lets everything happen that still can without time, closes what is still open, and lets
    /// time pass until the end.
    void quiesce() {
        rest();
        check_nothing_is_stuck();
        tunnel->close(bench, Reason::drain, 1012);
        rest();
        for (int i = 0; i < 6 && !tunnel->has_ended(); ++i) {
            if (tunnel->time_allowed()) {
                time_passed = true;
                timed_out |= tunnel->state() != State::lingering;
                tunnel->timeout(bench);
            } else {
                was_cut = true;
                tunnel->cut(bench);
            }
            rest();
        }
        EXPECT_TRUE(tunnel->has_ended()) << closing::to_string(tunnel->state());
        client.listen(1'000'000);
        backend.listen(1'000'000);
        tunnel->release(bench);
        EXPECT_EQ(pool.bytes_out(), 0u);
    }

    void rest() {
        std::size_t rounds = 0;
        for (bool moved = true; moved && !tunnel->has_ended(); ++rounds) {
            ASSERT_LT(rounds, 10'000u) << "never comes to rest";
            auto const before = progress();
            client.say_something(random);
            backend.say_something(random);
            client.listen(100'000);
            backend.listen(100'000);
            deliver_edges();
            take_turns(2);
            moved = progress() != before || !client.script_is_over() || !backend.script_is_over();
        }
    }

    void deliver_edges() {
        tunnel->note(Side::client, std::exchange(client_side.pending, {}));
        tunnel->note(Side::backend, std::exchange(backend_side.pending, {}));
        queued = true;
    }

    /// As the engine does: a turn follows an edge, and a turn that leaves more to do.
    void take_turns(std::size_t most) {
        for (std::size_t i = 0; i < most && queued && !tunnel->has_ended(); ++i) {
            queued = tunnel->turn(bench) == Tunnel<FakeWire>::Turn::more;
        }
    }

    [[nodiscard]] std::size_t progress() const {
        return client.sent().size() + backend.sent().size() + client_side.to_peer.size() +
               backend_side.to_peer.size() + client_side.peer_has_read +
               backend_side.peer_has_read + client_side.to_tunnel.size() * 31 +
               backend_side.to_tunnel.size() * 37 +
               static_cast<std::size_t>(tunnel->state()) * 1009;
    }

    /// An open session at rest has passed every whole frame: a lost edge would show here.
    void check_nothing_is_stuck() {
        if (tunnel->state() != State::open) return;
        EXPECT_EQ(client.heard().size(), read_frames(backend.sent()).whole);
        EXPECT_TRUE(backend_side.to_tunnel.empty());
        EXPECT_GE(backend.heard().size(), read_frames(client.sent()).whole);
        EXPECT_TRUE(client_side.to_tunnel.empty());
    }

    void check() {
        check_direction("client", client.heard(), backend.sent());
        check_direction("backend", backend.heard(), client.sent());
        check_clean_close();
        check_row();
        check_code();
        reasons.insert(std::string(to_string(tunnel->ending().reason)));
        tunnel.reset();
        EXPECT_EQ(client_side.wires, 0) << "the client's descriptor leaks";
        EXPECT_EQ(backend_side.wires, 0) << "the backend's descriptor leaks";
    }

    /// Every end is a row of docs/closing.md: the last thing each peer was told is what the row
    /// says. Peers that vanish or do not answer or read in time, and the drain's cut, excuse it.
    void check_row() {
        auto const reason = tunnel->ending().reason;
        SCOPED_TRACE(to_string(reason));
        auto const row = rows().find(reason);
        ASSERT_NE(row, rows().end()) << "no row for an end of this kind";
        EXPECT_EQ(backend_side.reset_to_peer, reason == Reason::client_lost || was_reset_late());
        if (was_cut || timed_out || client_side.peer_gone || backend_side.peer_gone) return;
        EXPECT_THAT(last_close(client_side.to_peer), row->second.client);
        EXPECT_THAT(last_close(backend_side.to_peer), row->second.backend);
        // Only a frame too long to be held back may be cut without a Close.
        bool const left_out = last_close(client_side.to_peer) == kLeftOut;
        if (left_out && (reason == Reason::lost_mid_frame || reason == Reason::client_protocol)) {
            EXPECT_GT(read_frames(client_side.to_peer).pending, limits::held_frame_bytes_max);
        }
    }

    /// The client was reset after it had half closed, and that was carried on.
    [[nodiscard]] bool was_reset_late() const {
        return tunnel->ending().reason == Reason::client_eof && client_side.peer_gone &&
               backend_side.reset_to_peer;
    }

    /// A client's frame was under way, in which no Close could stand, or the backend was gone.
    static constexpr std::uint16_t kLeftOut = 0;
    using Code = testing::Matcher<std::uint16_t>;
    struct Row {
        Code client;
        Code backend;
    };
    /// The code of the last Close frame that each peer was sent; 0 for none.
    static std::map<Reason, Row> const& rows() {
        using testing::_;
        using testing::AnyOf;
        constexpr std::uint16_t peers = Peer::kCloseCode;
        static std::map<Reason, Row> const table{
            {Reason::client_close, {_, peers}},
            {Reason::backend_close, {peers, _}},
            {Reason::client_eof, {AnyOf(0, 1011, peers), AnyOf(0, 1002)}},
            {Reason::client_lost, {_, 0}},
            {Reason::backend_lost, {1011, _}},
            {Reason::lost_mid_frame, {0, 0}},
            {Reason::client_protocol, {AnyOf(kLeftOut, 1002, peers), AnyOf(kLeftOut, 1001)}},
            {Reason::backend_protocol, {1011, AnyOf(kLeftOut, 1002)}},
            {Reason::drain, {1012, AnyOf(kLeftOut, 1001)}},
        };
        return table;
    }

    /// What log and metrics tell of the Close is what the client saw, or what it said itself.
    void check_code() {
        auto const code = tunnel->ending().code;
        if (tunnel->ending().reason == Reason::client_close) {
            EXPECT_EQ(code, last_close(client.sent()));
        } else {
            EXPECT_EQ(code, last_close(client_side.to_peer));
        }
    }

    /// The code of the Close frame that ends the bytes; 0 for none.
    static std::uint16_t last_close(ByteVector const& bytes) {
        auto const frames = read_frames(bytes).frames;
        return frames.empty() || frames.back().opcode != 8 ? std::uint16_t{0} : frames.back().code;
    }

    /// What arrived is a prefix of what was sent, then perhaps one Close of the gateway's at a
    /// frame boundary, then nothing.
    void check_direction(char const* who, ByteVector const& heard, ByteVector const& sent) {
        SCOPED_TRACE(who);
        auto const differs = std::mismatch(heard.begin(), heard.end(), sent.begin(), sent.end());
        auto prefix = static_cast<std::size_t>(differs.first - heard.begin());
        auto const frames = read_frames(heard);
        std::size_t closes = 0;
        for (auto const& frame : frames.frames) {
            if (frame.opcode != 8) continue;
            ++closes;
            EXPECT_EQ(frame.end, heard.size()) << "something came behind a Close";
            if (frame.end > prefix) {
                EXPECT_LE(frame.begin, prefix) << "a gap before the gateway's Close";
                prefix = frame.end;
            }
        }
        EXPECT_LE(closes, 1u);
        // A peer that did not read in time, or vanished, may have got a part of the gateway's
        // Close.
        bool const excused =
            time_passed || was_cut || client_side.peer_gone || backend_side.peer_gone;
        bool const close_cut_short = excused && frames.whole <= prefix && prefix < heard.size() &&
                                     heard[frames.whole] == 0x88 &&
                                     heard.size() - frames.whole < limits::control_frame_bytes_max;
        if (close_cut_short) prefix = heard.size();
        EXPECT_EQ(prefix, heard.size()) << "bytes that nobody sent";
    }

    /// A drained client that plays by the rules: one 1012 at a message boundary, and everything it
    /// had sent when it saw the Close has reached the backend.
    void check_clean_close() {
        bool const clean = tunnel->ending().reason == Reason::drain && !was_cut && !timed_out &&
                           !hurried && client.has_answered();
        if (!clean) return;
        ++clean_drains;
        auto const frames = read_frames(client.heard()).frames;
        ASSERT_FALSE(frames.empty());
        EXPECT_EQ(frames.back().opcode, 8);
        EXPECT_EQ(frames.back().code, 1012);
        bool in_message = false;
        for (auto const& frame : frames) {
            if (frame.opcode < 8) in_message = !frame.fin;
        }
        EXPECT_FALSE(in_message) << "closed inside a fragmented message";
        bool const backend_listens = !backend_side.reset_to_tunnel && !backend_side.fin_to_tunnel;
        if (backend_listens) {
            EXPECT_GE(backend.heard().size(), *client.sent_before_close());
            EXPECT_EQ(last_close(backend.heard()), 1001);
        }
    }

    static constexpr std::size_t kNever = ~std::size_t{0};
    /// Per direction: one whole read and one held frame unsent, in the next larger block.
    static constexpr std::size_t kMemoryMax = 2 * 2 * 96 * 1024;

    Random random;
    Connection client_side;
    Connection backend_side;
    Peer client{client_side, Masking::required, random};
    Peer backend{backend_side, Masking::forbidden, random};
    BlockPool pool;
    std::vector<std::uint8_t> scratch =
        std::vector<std::uint8_t>(limits::scratch_bytes + limits::held_frame_bytes_max);
    Workbench bench{.scratch = scratch, .pool = pool};
    std::optional<Tunnel<FakeWire>> tunnel{std::in_place, FakeWire(client_side),
                                           FakeWire(backend_side)};
    std::size_t closes_at, hurries_at, recalls_at, cuts_at;
    bool queued = true;
    bool hurried = false;
    bool was_cut = false;
    bool timed_out = false;
    bool time_passed = false;

    static inline std::set<std::string> reasons;
    static inline std::size_t clean_drains = 0;
};

std::uint64_t number_from(char const* variable, std::uint64_t otherwise) {
    char const* const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(TunnelSimulation, KeepsItsPromisesUnderEveryOrderOfEvents) {
    bool const replay = std::getenv("HOLDFAST_SEED") != nullptr;
    auto const first = holdfast::test::seed();
    auto const runs = number_from("HOLDFAST_RUNS", replay ? 1 : 2'500);
    std::cout << "seeds " << first << " to " << first + runs - 1 << '\n';
    for (std::uint64_t seed = first; seed < first + runs; ++seed) {
        SCOPED_TRACE("replay with HOLDFAST_SEED=" + std::to_string(seed));
        Simulation simulation(seed);
        simulation.run();
        simulation.check();
        if (HasFailure()) return;
    }
    std::cout << Simulation::clean_drains << " clean drains; reasons:";
    for (auto const& reason : Simulation::reasons)
        std::cout << ' ' << reason;
    std::cout << '\n';
    if (replay) return;
    // The runs are only worth something if they have been everywhere.
    EXPECT_EQ(Simulation::reasons.size(), Simulation::rows().size());
    EXPECT_GT(Simulation::clean_drains, runs / 50);
}

/// Failures of one run, kept from the test that made it.
std::size_t faults_found(std::uint64_t seed, Sabotage sabotage) {
    testing::TestPartResultArray results;
    testing::ScopedFakeTestPartResultReporter const intercept(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    Simulation simulation(seed, sabotage);
    simulation.run();
    simulation.check();
    return static_cast<std::size_t>(results.size());
}

class SabotagedTunnel : public testing::TestWithParam<Sabotage> {};

/// Checks that cannot fail prove nothing.
TEST_P(SabotagedTunnel, IsFoundOut) {
    std::size_t found = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed)
        found += faults_found(seed, GetParam());
    EXPECT_GT(found, 0u);
}

INSTANTIATE_TEST_SUITE_P(Every, SabotagedTunnel,
                         testing::Values(Sabotage::loses_a_byte, Sabotage::repeats_a_write,
                                         Sabotage::garbles_a_close, Sabotage::swallows_closes,
                                         Sabotage::keeps_the_wire));

}  // namespace
}  // namespace holdfast::relay::sim
