#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "common/push/frame_names.hpp"
#include "common/push/frames.hpp"

namespace holdfast::push {
namespace {

namespace json = boost::json;

json::object encode_body(Hello const& hello);
json::object encode_body(Subscribe const& subscribe);
json::object encode_body(Ack const& ack);
json::object encode_body(Nack const& nack);
json::object encode_body(Same const& same);
json::object encode_body(Snapshot const& snapshot);
json::object encode_body(DeltaFrame const& delta);
json::object encode_body(GoAway const& goaway);

template <class Frames>
std::string encode_frame(Frames const& frame) {
    return std::visit(
        []<class Frame>(Frame const& body) {
            json::object message;
            message.emplace(kFrameName<Frame>, encode_body(body));
            return json::serialize(message);
        },
        frame);
}

}  // namespace

std::string encode(ToController const& frame) { return encode_frame(frame); }
std::string encode(ToDataplane const& frame) { return encode_frame(frame); }

namespace {

json::object encode_version(model::Version const& version) {
    json::object sources;
    for (auto const& [name, resource_version] : version.sources) {
        sources.emplace(name, resource_version);
    }
    return {{"hash", version.hash}, {"sources", std::move(sources)}};
}

json::object encode_body(Hello const& hello) {
    return {{"protocol", hello.protocol},
            {"features", json::array(hello.features.begin(), hello.features.end())},
            {"node", hello.node},
            {"gateway", hello.gateway},
            {"build", hello.build},
            {"subscribe", hello.subscribe},
            {"have", hello.have}};
}

json::object encode_body(Subscribe const& subscribe) { return {{"have", subscribe.have}}; }

json::object encode_body(Ack const& ack) { return {{"nonce", ack.nonce}, {"hash", ack.hash}}; }

json::object encode_body(Nack const& nack) {
    json::array problems;
    for (Problem const& problem : nack.problems) {
        problems.push_back(
            {{"object", problem.object}, {"field", problem.field}, {"message", problem.message}});
    }
    return {{"nonce", nack.nonce}, {"hash", nack.hash}, {"problems", std::move(problems)}};
}

json::object encode_body(Same const& same) { return {{"hash", same.hash}}; }

json::object encode_body(Snapshot const& snapshot) {
    return {{"nonce", snapshot.nonce},
            {"version", encode_version(snapshot.version)},
            {"table", snapshot.table}};
}

json::object encode_body(DeltaFrame const& delta) {
    return {{"nonce", delta.nonce},
            {"base", delta.base},
            {"version", encode_version(delta.version)},
            {"upserts", delta.delta.upserts},
            {"removes", delta.delta.removes}};
}

json::object encode_body(GoAway const&) { return {}; }

}  // namespace
}  // namespace holdfast::push
