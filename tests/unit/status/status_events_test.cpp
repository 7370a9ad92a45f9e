// Goal: which changes of a status its owner is told by an Event. Method: patches by hand.
#include "controller/status/status_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::controller {
namespace {

using Kind = ConditionChange::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> notes_of(ConditionChange change) {
    StatusWrite write;
    write.stored.id = {"Gateway", "infra/edge"};
    write.patch.changes.push_back(std::move(change));
    std::vector<std::string> notes;
    for (kube::Event const& event : events_of(write)) {
        notes.push_back(event.note);
    }
    return notes;
}

TEST(StatusEvents, TellOfEveryFaultAndOfItsEnd) {
    EXPECT_THAT(notes_of({Kind::fault, "listener wss", "ResolvedRefs", "Invalid", "no Secret"}),
                ElementsAre("listener wss: no Secret"));
    EXPECT_THAT(notes_of({Kind::mended, "listener wss", "ResolvedRefs", "ResolvedRefs", "well"}),
                ElementsAre("listener wss: well"));
}

TEST(StatusEvents, TellOfAGoodBeginningOnceForTheWholeObject) {
    EXPECT_THAT(notes_of({Kind::began, "", "Programmed", "Programmed", "served"}),
                ElementsAre("served"));
    EXPECT_THAT(notes_of({Kind::began, "", "Accepted", "Accepted", "accepted"}), IsEmpty());
    EXPECT_THAT(notes_of({Kind::began, "listener wss", "Programmed", "Programmed", "served"}),
                IsEmpty());
}

}  // namespace
}  // namespace holdfast::controller
