// Goal: no bytes of a watch break the controller, and what they mean does not depend on how the
// network cut them. Input: where to cut, a byte; then the bytes of a stream.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/assert.hpp"
#include "controller/kube/collection_decoder.hpp"
#include "controller/kube/list_page.hpp"
#include "controller/kube/wanted.hpp"
#include "controller/kube/watch_parser.hpp"

namespace holdfast::controller::kube {
namespace {

struct Reading {
    std::vector<std::string> events;  ///< Kinds of events and their objects' keys.
    bool failed = false;

    friend bool operator==(Reading const&, Reading const&) = default;
};

/// Every kind that is watched.
std::vector<Collection> const& all_collections() {
    static std::vector<Collection> const all = [] {
        std::vector<Collection> result = collections_of({});
        result.push_back({.kind = Secret::kKind,
                          .api_version = "v1",
                          .plural = "secrets",
                          .name_space = "a",
                          .name = "b",
                          .definition = Collection::Definition::built_in});
        return result;
    }();
    return all;
}

Delta delta_of(WatchEvent const& event) {
    Delta delta;
    if (event.type == WatchEvent::Type::deleted) {
        delta.removes.push_back(key_of(event.object));
    } else {
        delta.upserts.push_back(event.object);
    }
    return delta;
}

/// What cannot be read is a problem, and is nothing else.
void decode(WatchEvent const& event) {
    for (Collection const& collection : all_collections()) {
        CollectionDecoder decoder(collection);
        Delta delta = delta_of(event);
        bool const upsert = !delta.upserts.empty();
        Batch const batch = decoder.decode(std::move(delta), 1);
        bool const readable = decoder.problems()->empty();
        HOLDFAST_ASSERT(batch.changes.upserts.size() == (upsert && readable ? 1 : 0));
    }
}

/// The events of `bytes`, cut every `length`.
Reading read(std::string_view bytes, std::size_t length) {
    WatchParser parser;
    Reading reading;
    while (!bytes.empty() && !reading.failed) {
        WatchPiece const piece = parser.feed(bytes.substr(0, length));
        bytes.remove_prefix(std::min(length, bytes.size()));
        reading.failed = piece.broken.has_value();
        for (WatchEvent const& event : piece.events) {
            reading.events.push_back(std::to_string(static_cast<int>(event.type)) + ' ' +
                                     key_of(event.object) + ' ' + version_of(event.object));
            decode(event);
        }
    }
    return reading;
}

}  // namespace
}  // namespace holdfast::controller::kube

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace holdfast::controller::kube;
    if (size == 0) return 0;
    std::string_view const bytes(reinterpret_cast<char const*>(data) + 1, size - 1);
    Reading const whole = read(bytes, bytes.size());
    Reading const cut = read(bytes, 1 + data[0]);
    HOLDFAST_ASSERT(cut == whole);
    return 0;
}
