// Goal: the closing machine does what docs/closing.md says, cell by cell, and always ends.
// Method: the tables in the document are read and compared with the code, both ways; the rest is
// a walk over the machine's graph.
#include "dataplane/relay/closing.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace holdfast::relay::closing {
namespace {

using Key = std::pair<std::string, std::string>;
using Cell = std::vector<std::string>;  // next, actions, reason

std::vector<State> all_states() {
    std::vector<State> states;
    for (std::size_t i = 0; i < kStates; ++i)
        states.push_back(static_cast<State>(i));
    return states;
}
std::vector<Event> all_events() {
    std::vector<Event> events;
    for (std::size_t i = 0; i < kEvents; ++i)
        events.push_back(static_cast<Event>(i));
    return events;
}

std::string describe(Action actions) {
    static constexpr std::array kNames{std::pair{Action::pass, "pass"},
                                       std::pair{Action::due, "due"},
                                       std::pair{Action::close_client, "close_client"},
                                       std::pair{Action::echo_client, "echo_client"},
                                       std::pair{Action::close_backend, "close_backend"},
                                       std::pair{Action::sift_client, "sift_client"},
                                       std::pair{Action::drop_client, "drop_client"},
                                       std::pair{Action::drop_backend, "drop_backend"},
                                       std::pair{Action::fin_client, "fin_client"},
                                       std::pair{Action::fin_backend, "fin_backend"},
                                       std::pair{Action::reset_backend, "reset_backend"}};
    std::string text;
    for (auto const& [action, name] : kNames) {
        if (has(actions, action)) text += (text.empty() ? "" : " ") + std::string(name);
    }
    return text;
}

bool means_something(State state, Step const& step) {
    return step.next != state || step.actions != Action::none;
}

std::map<Key, Cell> code_cells() {
    std::map<Key, Cell> cells;
    for (auto const state : all_states()) {
        for (auto const event : all_events()) {
            auto const& cell = step(state, event);
            if (!means_something(state, cell)) continue;
            cells[{std::string(to_string(state)), std::string(to_string(event))}] = {
                std::string(to_string(cell.next)), describe(cell.actions),
                cell.reason ? std::string(holdfast::to_string(*cell.reason)) : ""};
        }
    }
    return cells;
}

std::vector<std::string> columns(std::string const& line) {
    std::vector<std::string> cells;
    std::istringstream in(line);
    std::string cell;
    std::getline(in, cell, '|');
    while (std::getline(in, cell, '|')) {
        std::erase(cell, '`');
        auto const first = cell.find_first_not_of(' ');
        auto const last = cell.find_last_not_of(' ');
        cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
    }
    return cells;
}

/// The body of the document's table whose first column has this head.
std::vector<std::vector<std::string>> documented_rows(std::string const& head) {
    std::ifstream file(HOLDFAST_SOURCE_DIR "/docs/closing.md");
    std::vector<std::vector<std::string>> rows;
    std::string line;
    bool inside = false;
    while (std::getline(file, line)) {
        auto const row = columns(line);
        bool const is_row = !row.empty() && line.starts_with("|");
        if (is_row && inside && !row[0].starts_with("-")) rows.push_back(row);
        inside = is_row && (inside || row[0] == head);
    }
    return rows;
}

std::map<Key, Cell> documented_cells() {
    std::map<Key, Cell> cells;
    for (auto const& row : documented_rows("state"))
        cells[{row.at(0), row.at(1)}] = {row.at(2), row.at(3), row.at(4)};
    return cells;
}

std::string seconds(std::optional<std::chrono::milliseconds> time) {
    return time ? std::to_string(time->count() / 1000) + " s" : "";
}

TEST(Closing, IsTheTableOfTheDocument) {
    auto const documented = documented_cells();
    ASSERT_FALSE(documented.empty());
    EXPECT_EQ(documented, code_cells());
}

TEST(Closing, TakesTheTimesOfTheDocument) {
    std::map<std::string, std::string> documented;
    for (auto const& row : documented_rows("name"))
        documented[row.at(0)] = row.at(2);
    ASSERT_EQ(documented.size(), kStates);
    for (auto const state : all_states()) {
        auto expected = seconds(time_allowed(state, Reason::idle));
        if (state == State::announcing) expected += "; in a drain, until its deadline";
        EXPECT_EQ(documented[std::string(to_string(state))], expected) << to_string(state);
    }
    EXPECT_FALSE(time_allowed(State::announcing, Reason::drain));
}

TEST(Closing, EndsFromEveryStateWhenCut) {
    for (auto const state : all_states()) {
        EXPECT_EQ(step(state, Event::cut).next, State::ended) << to_string(state);
    }
}

TEST(Closing, LeavesEveryStateThatHasATimeWhenTheTimeIsOver) {
    for (auto const state : all_states()) {
        if (!time_allowed(state, Reason::idle)) continue;
        EXPECT_NE(step(state, Event::timeout).next, state) << to_string(state);
    }
}

TEST(Closing, EndsByTimeAloneOnceItHasBegun) {
    for (auto state : all_states()) {
        if (!time_allowed(state, Reason::idle)) continue;
        for (int steps = 0; state != State::ended; ++steps) {
            ASSERT_LT(steps, 5) << to_string(state);
            state = step(state, Event::timeout).next;
        }
    }
}

TEST(Closing, GivesAReasonOnEveryWayOutOfOpen) {
    for (auto const event : all_events()) {
        auto const& cell = step(State::open, event);
        bool const given_by_caller = event == Event::gateway_close || event == Event::cut;
        if (cell.next == State::open || given_by_caller) continue;
        EXPECT_TRUE(cell.reason.has_value()) << to_string(event);
    }
}

TEST(Closing, ComesBackToOpenOnlyWhereNobodyWasToldAndEndedIsFinal) {
    for (auto const state : all_states()) {
        for (auto const event : all_events()) {
            auto const next = step(state, event).next;
            bool const taken_back = state == State::announcing && event == Event::recalled;
            EXPECT_TRUE(next != State::open || state == State::open || taken_back);
            EXPECT_TRUE(next == State::ended || state != State::ended);
        }
    }
}

TEST(Closing, ReachesEveryState) {
    std::set<State> reached{State::open};
    for (std::size_t round = 0; round < kStates; ++round) {
        for (auto const state : std::set<State>(reached)) {
            for (auto const event : all_events())
                reached.insert(step(state, event).next);
        }
    }
    EXPECT_EQ(reached.size(), kStates);
}

}  // namespace
}  // namespace holdfast::relay::closing
