#include "controller/source/build_object.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "controller/source/conform.hpp"
#include "controller/source/fields.hpp"

namespace holdfast::controller {

boost::system::result<Object, std::vector<Fault>> build_object(Kind const& kind, Value document,
                                                               Author author) {
    Value metadata = map_field(document, "metadata");
    if (metadata.at == Position{}) metadata.at = document.at;
    bool const reads_status = schema_of(kind).properties.contains("status");
    std::erase_if(document.members, [reads_status](Member const& member) {
        constexpr std::array<std::string_view, 3> common{"apiVersion", "kind", "metadata"};
        return std::ranges::find(common, member.name) != common.end() ||
               (member.name == "status" && !reads_status);
    });
    bool const stored = author == Author::api_server;
    auto const unknown = [stored](UnknownFields fields) {
        return stored ? UnknownFields::ignore : fields;
    };
    std::vector<Fault> faults =
        conform_at("metadata", metadata_schema(), metadata, unknown(UnknownFields::refuse));
    std::ranges::move(conform(schema_of(kind), document, unknown(kind.unknown_fields)),
                      std::back_inserter(faults));
    if (!faults.empty()) return faults;
    Object object = kind.build(build_meta(metadata, kind.scope), document, faults);
    if (!faults.empty()) return faults;
    return object;
}

}  // namespace holdfast::controller
