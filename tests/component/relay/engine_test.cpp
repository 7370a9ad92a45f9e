// Goal: the engine keeps the closing contract on real sockets, wakes for every edge, bounds its
// memory, and gives every descriptor back.
// Method: TCP pairs over loopback; the engine's io_context is run by the test until a condition
// holds, within a deadline.
#include <filesystem>
#include <string>

#include "tests/component/relay/engine_fixture.hpp"

namespace holdfast::relay {
namespace {

std::size_t open_descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] auto const& entry :
         std::filesystem::directory_iterator("/proc/self/fd")) {
        ++count;
    }
    return count;
}

TEST_F(EngineTest, PassesMessagesBothWaysAndCountsThem) {
    auto const ends = adopt();
    ends.client->send(client_text("up"));
    ends.backend->send(backend_text("down"));
    EXPECT_TRUE(run_until_received(*ends.backend, client_text("up")));
    EXPECT_TRUE(run_until_received(*ends.client, backend_text("down")));
    EXPECT_EQ(terms->cells->messages[0].get(), 1u);
    EXPECT_EQ(terms->cells->messages[1].get(), 1u);
    EXPECT_EQ(terms->cells->sessions_active.get(), 1u);
}

TEST_F(EngineTest, PassesWhatCameBehindTheHandshakesHeadsFirst) {
    auto const text = [](ByteVector const& b) { return std::string(b.begin(), b.end()); };
    auto const ends = adopt(text(client_text("early")), text(backend_text("hello")));
    ends.client->send(client_text("late"));
    EXPECT_TRUE(
        run_until_received(*ends.backend, test::join({client_text("early"), client_text("late")})));
    EXPECT_TRUE(run_until_received(*ends.client, backend_text("hello")));
}

TEST_F(EngineTest, ClosesOnceWith1012AndWaitsForTheClientsLastWords) {
    auto const ends = adopt();
    close_all(Reason::drain, 1012);
    ASSERT_TRUE(run_until_received(*ends.client, close_of(1012, "service restart")));

    ends.backend->send(backend_text("too late"));
    ends.client->send(client_text("sent before the Close was read"));
    EXPECT_TRUE(run_until_received(*ends.backend, client_text("sent before the Close was read")));

    ends.client->send(test::frame({.opcode = 8, .masking = Masking::required}, "\x03\xf4"));
    EXPECT_TRUE(run_until([&] { return ends.client->at_eof(); }));
    EXPECT_EQ(ends.client->receive(), close_of(1012, "service restart"));
    ASSERT_TRUE(run_until([&] {
        return ends.backend->receive().size() >
               client_text("sent before the Close was read").size();
    }));
    auto const& heard = ends.backend->receive();
    auto const close = Bytes(heard).subspan(client_text("sent before the Close was read").size());
    EXPECT_EQ(read_close_frame(close).code, 1001);

    ends.client->close();
    ends.backend->close();
    ASSERT_TRUE(run_until([&] { return engine->size() == 0; }));
    ASSERT_EQ(log.lines.size(), 1u);
    EXPECT_EQ(log.lines[0].reason, Reason::drain);
    EXPECT_EQ(log.lines[0].code, 1012);
}

TEST_F(EngineTest, LetsASessionGoOnWhoseCloseIsRecalledBeforeAnybodyWasTold) {
    auto const ends = adopt();
    auto const begun = test::frame({.opcode = 1, .fin = false}, "half ");
    auto const ended = test::frame({.opcode = 0}, "a message");
    ends.backend->send(begun);
    ASSERT_TRUE(run_until_received(*ends.client, begun));
    close_all(Reason::drain, 1012);

    engine->recall(Reason::drain);

    ends.backend->send(test::join({ended, backend_text("and on")}));
    EXPECT_TRUE(
        run_until_received(*ends.client, test::join({begun, ended, backend_text("and on")})));
    ends.client->reset();
    ASSERT_TRUE(run_until([&] { return engine->size() == 0; }));
    EXPECT_EQ(log.lines.at(0).reason, Reason::client_lost);
}

TEST_F(EngineTest, TellsTheClientThatItsBackendIsLost) {
    auto const ends = adopt();
    ends.backend->send(backend_text("whole"));
    auto const part = backend_text("never finished");
    ends.backend->send({part.begin(), part.begin() + 6});
    ends.backend->reset();
    EXPECT_TRUE(run_until_received(
        *ends.client, test::join({backend_text("whole"), close_of(1011, "backend lost")})));
    ends.client->close();
    ASSERT_TRUE(run_until([&] { return engine->size() == 0; }));
    EXPECT_EQ(log.lines.at(0).reason, Reason::backend_lost);
}

TEST_F(EngineTest, CarriesTheClientsFinOnAndStillDeliversTheAnswer) {
    auto const ends = adopt();
    ends.client->send(client_text("last question"));
    ends.client->shutdown();
    ASSERT_TRUE(run_until([&] { return ends.backend->at_eof(); }));
    EXPECT_EQ(ends.backend->receive(), client_text("last question"));
    ends.backend->send(backend_text("answer"));
    EXPECT_TRUE(run_until_received(*ends.client, backend_text("answer")));
    ends.backend->close();
    ASSERT_TRUE(run_until([&] { return ends.client->at_eof() && engine->size() == 0; }));
    EXPECT_EQ(log.lines.at(0).reason, Reason::client_eof);
}

TEST_F(EngineTest, CarriesTheClientsResetOn) {
    auto const ends = adopt();
    ends.client->send(client_text("x"));
    ASSERT_TRUE(run_until_received(*ends.backend, client_text("x")));
    ends.client->reset();
    EXPECT_TRUE(run_until([&] { return ends.backend->was_reset(); }));
    EXPECT_EQ(engine->size(), 0u);
    EXPECT_EQ(log.lines.at(0).reason, Reason::client_lost);
}

TEST_F(EngineTest, StopsAFastBackendWhoseClientDoesNotReadAndLosesNothing) {
    auto const ends = adopt();
    auto const message = test::frame_of_size({}, 60'000);
    ByteVector sent;
    int refusals = 0;
    while (refusals < 50) {
        auto const n = ends.backend->send_some(message);
        sent.insert(sent.end(), message.begin(), message.begin() + static_cast<std::ptrdiff_t>(n));
        // A piece that was cut ends this message's stream of whole frames: finish it later.
        if (n < message.size()) {
            ByteVector rest(message.begin() + static_cast<std::ptrdiff_t>(n), message.end());
            for (int tries = 0; !rest.empty() && tries < 50; ++tries, ++refusals) {
                io.restart();
                io.run_for(1ms);
                auto const more = ends.backend->send_some(rest);
                sent.insert(sent.end(), rest.begin(),
                            rest.begin() + static_cast<std::ptrdiff_t>(more));
                rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(more));
            }
            if (!rest.empty()) break;
        }
        io.restart();
        io.run_for(1ms);
    }
    EXPECT_EQ(cells.paused_directions.get(), 1u);
    EXPECT_LE(cells.send_buffer_bytes.get(), 200'000u);
    EXPECT_TRUE(run_until([&] { return ends.client->receive().size() >= sent.size(); }));
    EXPECT_TRUE(std::equal(sent.begin(), sent.end(), ends.client->receive().begin()));
    EXPECT_EQ(cells.paused_directions.get(), 0u);
    EXPECT_EQ(cells.send_buffer_bytes.get(), 0u);
}

TEST_F(EngineTest, ClosesASessionThatIsQuietTooLong) {
    terms->idle = 300ms;
    auto const ends = adopt();
    auto const begin = Clock::now();
    EXPECT_TRUE(run_until_received(*ends.client, close_of(1001, "idle")));
    EXPECT_GE(Clock::now() - begin, 200ms);
}

TEST_F(EngineTest, ClosesASessionThatIsTooOldHoweverBusy) {
    terms->session = 300ms;
    auto const ends = adopt();
    EXPECT_TRUE(run_until([&] {
        ends.client->send_some(client_text("busy"));
        auto const& heard = ends.client->receive();
        return heard == close_of(1012, "session too old");
    }));
}

TEST_F(EngineTest, CutsWhatIsLeftAndCountsIt) {
    auto const ends = adopt();
    engine->cut();
    EXPECT_EQ(engine->size(), 0u);
    EXPECT_EQ(cells.drain_forced.get(), 1u);
    EXPECT_TRUE(run_until_received(*ends.client, close_of(1012, "service restart")));
    EXPECT_EQ(log.lines.at(0).reason, Reason::drain);
}

TEST_F(EngineTest, TellsNoCloseCodeWhereNoCloseHasLeft) {
    auto const ends = adopt();
    auto const message = test::frame_of_size({}, 60'000);
    ASSERT_TRUE(run_until([&] {
        ends.backend->send_some(message);
        return cells.paused_directions.get() == 1;
    }));
    engine->cut();
    EXPECT_EQ(cells.drain_forced.get(), 1u);
    EXPECT_EQ(log.lines.at(0).reason, Reason::drain);
    EXPECT_EQ(log.lines.at(0).code, 0);
    EXPECT_GT(terms->cells->bytes_discarded.get(), 0u);
}

TEST_F(EngineTest, PassesWhatWasThereBeforeItWasAdopted) {
    auto const [client, client_inner] = tcp_pair();
    auto const [backend, backend_inner] = tcp_pair();
    Socket early_client(client);
    Socket early_backend(backend);
    early_client.send(client_text("early"));
    early_backend.send(backend_text("bird"));
    early_backend.shutdown();
    adopt(Transport(client_inner), Transport(backend_inner));
    EXPECT_TRUE(run_until_received(early_backend, client_text("early")));
    EXPECT_TRUE(run_until_received(
        early_client, test::join({backend_text("bird"), close_of(1011, "backend lost")})));
}

TEST_F(EngineTest, GivesEveryDescriptorBackHoweverASessionEnds) {
    auto const before = open_descriptors();
    for (int round = 0; round < 50; ++round) {
        auto const ends = adopt();
        ends.client->send(client_text("x"));
        switch (round % 5) {
            case 0:
                ends.client->reset();
                break;
            case 1:
                ends.backend->reset();
                break;
            case 2:
                ends.client->send({0x09, 0x00});
                break;
            case 3:
                engine->cut();
                break;
            default:
                ends.client->close();
                ends.backend->close();
        }
        ends.client->close();
        ends.backend->close();
        EXPECT_TRUE(run_until([&] { return engine->size() == 0; })) << round;
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(log.lines.size(), 50u);
    EXPECT_EQ(terms->cells->sessions_active.get(), 0u);
}

TEST_F(EngineTest, GivesQuietSessionsTheirTurnNextToABulkTransfer) {
    auto const bulk = adopt();
    auto const quiet = adopt();
    auto const message = test::frame_of_size({}, 60'000);
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 50; ++i)
            bulk.backend->send_some(message);
        auto const text = client_text("round " + std::to_string(round));
        quiet.client->send(text);
        auto const ends_with = [&](ByteVector const& heard) {
            return heard.size() >= text.size() &&
                   std::equal(text.rbegin(), text.rend(), heard.rbegin());
        };
        EXPECT_TRUE(run_until([&] {
            bulk.client->receive();
            return ends_with(quiet.backend->receive());
        }));
    }
}

TEST_F(EngineTest, LetsGoOfPeersThatNeverHangUp) {
    auto const ends = adopt();
    close_all(Reason::drain, 1012);
    EXPECT_TRUE(run_until([&] { return engine->size() == 0; }, 30s));
    EXPECT_EQ(log.lines.size(), 1u);
}

TEST_F(EngineTest, CallsBackForEverySessionThatHasEnded) {
    int calls = 0;
    engine->on_end([&] { ++calls; });
    auto const first = adopt();
    auto const second = adopt();
    engine->cut();
    EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace holdfast::relay
