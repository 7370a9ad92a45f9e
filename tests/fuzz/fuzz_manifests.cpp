// Goal: no file, whatever bytes it holds, crashes the decoder, makes it throw or run on, or gets
// past it unjudged.
// Method: the bytes are a manifest. What comes out is held to what the decoder promises.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>

#include "common/base/assert.hpp"
#include "common/base/limits.hpp"
#include "controller/source/decoder.hpp"

namespace holdfast::controller {
namespace {

void check_problems(DecodedManifest const& manifest) {
    HOLDFAST_ASSERT(manifest.problems.size() <= limits::manifest_problems_max);
    for (SourceProblem const& problem : manifest.problems) {
        HOLDFAST_ASSERT(problem.file == "fuzz.yaml");
        HOLDFAST_ASSERT(problem.at.line >= 0 && problem.at.column >= 0);
        HOLDFAST_ASSERT(!problem.problem.object.empty() && !problem.problem.message.empty());
    }
}

void check_route(WebSocketRoute const& route) {
    HOLDFAST_ASSERT(!route.parent_refs.empty() && !route.rules.empty());
    for (RouteRule const& rule : route.rules) {
        HOLDFAST_ASSERT(!rule.rule.name.empty() && !rule.rule.matches.empty());
        HOLDFAST_ASSERT(!rule.backend_refs.empty());
        HOLDFAST_ASSERT(rule.rule.timeouts.connect.count() > 0);
        HOLDFAST_ASSERT(rule.rule.timeouts.connect <= rule.rule.timeouts.handshake);
        for (model::Match const& match : rule.rule.matches) {
            HOLDFAST_ASSERT(match.path.value.starts_with('/'));
        }
    }
}

void check_objects(DecodedManifest const& manifest) {
    std::set<ObjectId> seen;
    for (DecodedObject const& decoded : manifest.objects) {
        HOLDFAST_ASSERT(seen.insert(id_of(decoded.object)).second);
        auto const* const route =
            std::get_if<std::shared_ptr<WebSocketRoute const>>(&decoded.object);
        if (route != nullptr) check_route(**route);
    }
}

}  // namespace
}  // namespace holdfast::controller

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const bytes(reinterpret_cast<char const*>(data), size);
    auto const manifest = holdfast::controller::decode_manifest("fuzz.yaml", bytes);
    holdfast::controller::check_problems(manifest);
    holdfast::controller::check_objects(manifest);
    return 0;
}
