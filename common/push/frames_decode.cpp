#include <boost/json/parse.hpp>

#include "common/base/limits.hpp"
#include "common/model/json_reader.hpp"
#include "common/push/frame_names.hpp"
#include "common/push/frames.hpp"

namespace holdfast::push {
namespace {

template <class Frames>
Decoded<Frames> decode(std::string_view text);

}  // namespace

Decoded<ToController> decode_to_controller(std::string_view text) {
    return decode<ToController>(text);
}

Decoded<ToDataplane> decode_to_dataplane(std::string_view text) {
    return decode<ToDataplane>(text);
}

namespace {

namespace json = boost::json;
using model::ObjectReader;
using model::Place;

void read_body(ObjectReader const& reader, Hello& into);
void read_body(ObjectReader const& reader, Subscribe& into);
void read_body(ObjectReader const& reader, Ack& into);
void read_body(ObjectReader const& reader, Nack& into);
void read_body(ObjectReader const& reader, Same& into);
void read_body(ObjectReader const& reader, Snapshot& into);
void read_body(ObjectReader const& reader, DeltaFrame& into);
void read_body(ObjectReader const& reader, GoAway& into);

/// Reads `body` into `into` if `name` is this frame's.
template <class Frame, class Frames>
bool read_frame(std::string_view name, json::value const& body, Place const& place,
                std::optional<Frames>& into) {
    if (name != kFrameName<Frame>) {
        return false;
    }
    Frame frame;
    read_body(ObjectReader(body, place), frame);
    into = std::move(frame);
    return true;
}

/// Reads whichever frame of the variant `name` is; leaves `into` empty if it is none of them.
template <class... Frame>
void read_any(std::string_view name, json::value const& body, Place const& place,
              std::optional<std::variant<Frame...>>& into) {
    static_cast<void>((read_frame<Frame>(name, body, place, into) || ...));
}

std::vector<Problem> malformed(std::string message) { return {{"Frame", "", std::move(message)}}; }

template <class Frames>
Decoded<Frames> decode(std::string_view text) {
    json::parse_options options;
    options.max_depth = limits::push_depth_max;
    boost::system::error_code error;
    json::value const message = json::parse(text, error, {}, options);
    if (error) {
        return malformed("not JSON: " + error.message());
    }
    json::object const* const object = message.if_object();
    if (object == nullptr || object->size() != 1) {
        return malformed("expected an object with a single key, the frame's name");
    }
    std::string_view const name = object->begin()->key();
    std::vector<Problem> problems;
    std::optional<Frames> frame;
    read_any(name, object->begin()->value(), Place("Frame", name, problems), frame);
    if (!problems.empty()) {
        return problems;
    }
    return frame;
}

void read_body(ObjectReader const& reader, Hello& into) {
    reader.require("protocol", into.protocol);
    reader.read("features", into.features);
    reader.require("node", into.node);
    reader.require("gateway", into.gateway);
    reader.read("build", into.build);
    reader.read("subscribe", into.subscribe);
    reader.read("have", into.have);
}

void read_body(ObjectReader const& reader, Subscribe& into) { reader.read("have", into.have); }

void read_body(ObjectReader const& reader, Ack& into) {
    reader.require("nonce", into.nonce);
    reader.require("hash", into.hash);
}

void read_body(ObjectReader const& reader, Nack& into) {
    reader.require("nonce", into.nonce);
    reader.read("hash", into.hash);
    reader.read("problems", into.problems);
}

void read_body(ObjectReader const& reader, Same& into) { reader.require("hash", into.hash); }

void read_body(ObjectReader const& reader, Snapshot& into) {
    reader.require("nonce", into.nonce);
    reader.require("version", into.version);
    reader.require("table", into.table);
}

void read_body(ObjectReader const& reader, DeltaFrame& into) {
    reader.require("nonce", into.nonce);
    reader.require("base", into.base);
    reader.require("version", into.version);
    reader.read("upserts", into.delta.upserts);
    reader.read("removes", into.delta.removes);
}

void read_body(ObjectReader const&, GoAway&) {}

}  // namespace
}  // namespace holdfast::push
