// Goal: no text that a peer sends breaks a program, and what was read can be written and read
// again. Input: one message of the push stream, taken as either direction's.
#include <boost/json/parse.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "common/base/assert.hpp"
#include "common/model/received.hpp"
#include "common/model/table_json.hpp"
#include "common/model/validate.hpp"
#include "common/push/frames.hpp"

namespace holdfast {
namespace {

/// What deltas of the corpus are deltas of.
model::Received const& base_table() {
    static model::Received const table = model::Received::from_json(boost::json::parse(R"({
            "gateway": "default/edge",
            "listeners": {"web": {"name": "web", "port": 8080}},
            "backends": {"default/chat:8080": {"endpoints": [{"address": "10.0.0.1", "port": 80}]}},
            "routes": {"default/chat": {
                "attachments": [{"listener": "web", "hostnames": [""]}],
                "rules": [{"name": "0", "matches": [{}]}]}}})")
                                                                        .as_object())
                                             .value();
    return table;
}

void check_table(model::Table const& table) {
    static_cast<void>(model::validate(table));
    auto const again = model::table_from_json(model::to_json(table));
    HOLDFAST_ASSERT(again.has_value() && model::equal(*again, table));
    HOLDFAST_ASSERT(model::content_hash(*again) == model::content_hash(table));
    HOLDFAST_ASSERT(model::difference(table, *again).empty());
}

/// What came is hashed alike when it is said again, whatever of it this build understood.
void check_received(Checked<model::Received> const& received) {
    if (received.has_error()) {
        HOLDFAST_ASSERT(!received.error().empty());
        return;
    }
    check_table(*received->table());
    HOLDFAST_ASSERT(model::hash_of(model::fingerprint_of(received->to_json())) == received->hash());
}

template <class Body>
void check_body(Body const& body) {
    if constexpr (std::is_same_v<Body, push::Snapshot>) {
        check_received(model::Received::from_json(body.table));
    } else if constexpr (std::is_same_v<Body, push::DeltaFrame>) {
        check_received(base_table().with(body.delta));
    }
}

template <class Frames>
void check(push::Decoded<Frames> const& decoded,
           push::Decoded<Frames> (*decode)(std::string_view)) {
    if (decoded.has_error() || !decoded->has_value()) {
        return;
    }
    auto const again = decode(push::encode(**decoded));
    HOLDFAST_ASSERT(again.has_value() && again->has_value());
    HOLDFAST_ASSERT((*again)->index() == (*decoded)->index());
    std::visit([](auto const& body) { check_body(body); }, **decoded);
}

}  // namespace
}  // namespace holdfast

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace holdfast;
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    check(push::decode_to_controller(text), push::decode_to_controller);
    check(push::decode_to_dataplane(text), push::decode_to_dataplane);
    return 0;
}
