#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/source/any_object.hpp"
#include "controller/source/source.hpp"

namespace holdfast::controller {

/// An object of a manifest, and where it begins.
struct DecodedObject {
    Object object;
    Position at;
};

/// What a manifest holds. With a problem the file counts as broken: `objects` has then only those
/// that are well.
struct DecodedManifest {
    std::vector<DecodedObject> objects;
    std::vector<SourceProblem> problems;
};

/// Reads a manifest as `kubectl apply` takes it: documents separated by `---`, each an object or a
/// `kind: List` of objects.
///
/// A WebSocketRoute is held to its CRD, whole, a Gateway and a ReferenceGrant to Gateway API; of
/// other people's kinds only what Holdfast reads is looked at. `status` is ignored everywhere.
///
/// Input   `file` only names the problems; `bytes` may be anything.
/// Errors  every problem of the file at once, in the file's order, at most
///         limits::manifest_problems_max: YAML, unknown kinds, fields against their schema, base64,
///         an object that comes twice. Values of Secrets never appear in them.
/// Threads none; safe from several at once.
[[nodiscard]] DecodedManifest decode_manifest(std::string const& file, std::string_view bytes);

}  // namespace holdfast::controller
