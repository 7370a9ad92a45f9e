#include "controller/source/decoder.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "common/base/limits.hpp"
#include "controller/source/build_object.hpp"
#include "controller/source/fields.hpp"
#include "controller/source/kinds.hpp"
#include "controller/source/yaml_reader.hpp"

namespace holdfast::controller {

namespace {

class ManifestDecoder {
public:
    explicit ManifestDecoder(std::string const& file) : file_(file) {}

    /// `faults` are those of the reading; `place` names a document that does not name itself.
    void decode(Document document, std::string const& place);
    [[nodiscard]] DecodedManifest take() &&;

private:
    void decode_list(Value list, std::string const& place);
    void decode_object(Value document, std::vector<Fault> faults, std::string const& place);
    void add(Object object, Position at);
    void report(std::string const& object, std::vector<Fault> faults);

    std::string const& file_;
    DecodedManifest manifest_;
    std::map<ObjectId, Position> seen_;
};

bool is_list(Value const& document);
std::string name_object(Value const& document, std::string const& place);
Kind const* judge_kind(Value const& document, std::vector<Fault>& faults);
void append(std::vector<Fault>& faults, std::vector<Fault> more);

}  // namespace

DecodedManifest decode_manifest(std::string const& file, std::string_view bytes) {
    ManifestDecoder decoder(file);
    std::vector<Document> documents = read_yaml(bytes);
    for (std::size_t i = 0; i < documents.size(); ++i) {
        decoder.decode(std::move(documents[i]), "document " + std::to_string(i + 1));
    }
    return std::move(decoder).take();
}

namespace {

void ManifestDecoder::decode(Document document, std::string const& place) {
    if (document.root.kind != Value::Kind::map) {
        if (document.faults.empty()) {
            document.faults.push_back({document.root.at, {}, "must be an object: a map"});
        }
        report(place, std::move(document.faults));
    } else if (is_list(document.root)) {
        report("List in " + place, std::move(document.faults));
        decode_list(std::move(document.root), place);
    } else {
        decode_object(std::move(document.root), std::move(document.faults), place);
    }
}

void ManifestDecoder::decode_list(Value list, std::string const& place) {
    Value* const items = list.find("items");
    if (items == nullptr || items->kind == Value::Kind::null) return;
    if (items->kind != Value::Kind::list) {
        report("List in " + place, {{items->at, "items", "must be a list"}});
        return;
    }
    for (std::size_t i = 0; i < items->items.size(); ++i) {
        Value& item = items->items[i];
        std::string const item_place = field_path("items", i) + " of " + place;
        if (item.kind == Value::Kind::map) {
            decode_object(std::move(item), {}, item_place);
        } else {
            report(item_place, {{item.at, {}, "must be an object: a map"}});
        }
    }
}

void ManifestDecoder::decode_object(Value document, std::vector<Fault> faults,
                                    std::string const& place) {
    std::string const name = name_object(document, place);
    Kind const* const kind = judge_kind(document, faults);
    if (kind == nullptr) return report(name, std::move(faults));
    Position const at = document.at;
    auto object = build_object(*kind, std::move(document), Author::person);
    if (!object) append(faults, std::move(object).error());
    if (!faults.empty()) return report(name, std::move(faults));
    add(*std::move(object), at);
}

void ManifestDecoder::add(Object object, Position at) {
    ObjectId id = id_of(object);
    std::string const name = to_string(id);
    auto const [first, is_new] = seen_.emplace(std::move(id), at);
    if (is_new) {
        manifest_.objects.push_back({std::move(object), at});
    } else {
        report(name,
               {{at,
                 {},
                 "comes twice in the file, first in line " + std::to_string(first->second.line)}});
    }
}

void ManifestDecoder::report(std::string const& object, std::vector<Fault> faults) {
    std::ranges::stable_sort(
        faults, {}, [](Fault const& fault) { return std::tuple(fault.at.line, fault.at.column); });
    for (Fault& fault : faults) {
        if (manifest_.problems.size() >= limits::manifest_problems_max) return;
        manifest_.problems.push_back(
            {file_, fault.at, {object, std::move(fault.field), std::move(fault.message)}});
    }
}

DecodedManifest ManifestDecoder::take() && { return std::move(manifest_); }

bool is_list(Value const& document) {
    return text_field(document, "kind") == "List" && text_field(document, "apiVersion") == "v1";
}

std::string name_object(Value const& document, std::string const& place) {
    std::string const kind = text_field(document, "kind");
    Value const& metadata = map_field(document, "metadata");
    std::string const name = text_field(metadata, "name");
    if (kind.empty()) return place;
    if (name.empty()) return kind + " in " + place;
    std::string const name_space = text_field(metadata, "namespace");
    Kind const* const known = find_kind(text_field(document, "apiVersion"), kind);
    if (known != nullptr && known->scope == Scope::cluster) return kind + " " + name;
    return kind + " " + (name_space.empty() ? "default" : name_space) + "/" + name;
}

/// nullptr, with a fault, when the document does not say what it is or is nothing we know.
Kind const* judge_kind(Value const& document, std::vector<Fault>& faults) {
    for (char const* field : {"apiVersion", "kind"}) {
        Value const* const value = document.find(field);
        if (value != nullptr && value->kind == Value::Kind::string) continue;
        faults.push_back({value == nullptr ? document.at : value->at, field,
                          value == nullptr ? "is required" : "must be a string"});
        return nullptr;
    }
    Value const& version = *document.find("apiVersion");
    Value const& name = *document.find("kind");
    if (Kind const* const kind = find_kind(version.text, name.text)) return kind;

    auto const same_name = std::ranges::find(kinds(), name.text, &Kind::name);
    if (same_name != kinds().end()) {
        faults.push_back({version.at, "apiVersion",
                          name.text + " is read as " + std::string(same_name->api_version) +
                              ", not as " + version.text});
    } else {
        faults.push_back({name.at, "kind",
                          name.text + " of " + version.text + " is no kind that Holdfast reads"});
    }
    return nullptr;
}

void append(std::vector<Fault>& faults, std::vector<Fault> more) {
    std::ranges::move(more, std::back_inserter(faults));
}

}  // namespace

}  // namespace holdfast::controller
