// The client of the bench. Reads commands from standard input, one a line, and answers each with
// one line of JSON, so that connections outlive a slice and contenders can take turns:
//     open NAME ADDRESS:PORT COUNT        → {"open": COUNT}
//     pingpong NAME BYTES ACTIVE MILLIS   → {"round_trips": N, "seconds": S}
//     once NAME BYTES                     → {"round_trips": COUNT, "seconds": S}
//     close NAME                          → {"open": 0}
//     sessions ADDRESS:PORT COUNT         → {"sessions": COUNT, "seconds": S}

#include <chrono>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include "hack/bench.d/pool.hpp"

namespace holdfast::bench {
namespace {

class Load {
public:
    /// The JSON line that answers a command.
    [[nodiscard]] std::string run(std::istringstream command);

private:
    [[nodiscard]] Pool& pool(std::istringstream& command);

    std::map<std::string, Pool> pools_;
};

template <class T>
T next(std::istringstream& command) {
    T value{};
    if (!(command >> value)) {
        throw std::invalid_argument("incomplete command: " + command.str());
    }
    return value;
}

std::string to_json(Pool::Result const& result) {
    return "{\"round_trips\": " + std::to_string(result.round_trips) +
           ", \"seconds\": " + std::to_string(result.seconds) + "}";
}

std::string run_sessions(Endpoint const& endpoint, int count) {
    auto const start = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) {
        run_session(endpoint);
    }
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - start;
    return "{\"sessions\": " + std::to_string(count) +
           ", \"seconds\": " + std::to_string(took.count()) + "}";
}

std::string Load::run(std::istringstream command) {
    auto const verb = next<std::string>(command);
    if (verb == "open") {
        auto const name = next<std::string>(command);
        auto const endpoint = parse_endpoint(next<std::string>(command));
        auto const count = next<std::size_t>(command);
        pools_.try_emplace(name, endpoint, count);
        return "{\"open\": " + std::to_string(count) + "}";
    }
    if (verb == "pingpong") {
        Pool& target = pool(command);
        auto const bytes = next<std::size_t>(command);
        auto const active = next<std::size_t>(command);
        return to_json(
            target.ping_pong(bytes, active, std::chrono::milliseconds(next<int>(command))));
    }
    if (verb == "once") {
        Pool& target = pool(command);
        return to_json(target.once(next<std::size_t>(command)));
    }
    if (verb == "close") {
        pools_.erase(next<std::string>(command));
        return "{\"open\": 0}";
    }
    if (verb == "sessions") {
        auto const endpoint = parse_endpoint(next<std::string>(command));
        return run_sessions(endpoint, next<int>(command));
    }
    throw std::invalid_argument("unknown command: " + verb);
}

Pool& Load::pool(std::istringstream& command) { return pools_.at(next<std::string>(command)); }

}  // namespace
}  // namespace holdfast::bench

int main() try {
    holdfast::bench::Load load;
    for (std::string line; std::getline(std::cin, line);) {
        std::cout << load.run(std::istringstream(line)) << std::endl;
    }
    return 0;
} catch (std::exception const& error) {
    std::cerr << "bench_load: " << error.what() << '\n';
    return 1;
}
