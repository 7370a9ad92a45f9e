#include "controller/source/manifest_set.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/sha256.hpp"

namespace holdfast::controller {

void ManifestSet::update(std::string const& file, std::string_view bytes) {
    File& state = files_[file];
    state.unreadable.clear();
    std::string digest = sha256(bytes);
    if (digest == state.digest) return;
    state.digest = std::move(digest);
    DecodedManifest manifest = decode_manifest(file, bytes);
    state.problems = std::move(manifest.problems);
    if (!state.problems.empty()) return;
    state.objects = std::move(manifest.objects);
    state.ever_good = true;
}

void ManifestSet::keep(std::string const& file, std::string message) {
    files_[file].unreadable = std::move(message);
}

void ManifestSet::retain(std::set<std::string> const& present) {
    std::erase_if(files_, [&present](auto const& file) { return !present.contains(file.first); });
}

Changes ManifestSet::commit() {
    std::map<ObjectId, Object> current = merge();
    Changes changes;
    for (auto const& [id, object] : current) {
        auto const before = delivered_.find(id);
        if (before == delivered_.end() || !equal(before->second, object)) {
            changes.upserts.push_back(object);
        }
    }
    for (auto const& [id, object] : delivered_) {
        if (!current.contains(id)) changes.removes.push_back(id);
    }
    delivered_ = std::move(current);
    return changes;
}

SourceReport ManifestSet::report() const {
    SourceReport report;
    report.objects_count = delivered_.size();
    report.files_count = files_.size();
    if (!directory_problem_.empty())
        report.problems.push_back({{}, {}, {{}, {}, directory_problem_}});
    for (auto const& [name, file] : files_) {
        if (!file.problems.empty() || !file.unreadable.empty()) ++report.files_refused;
        if (!file.ever_good) ++report.never_good;
        std::ranges::copy(file.problems, std::back_inserter(report.problems));
        if (!file.unreadable.empty())
            report.problems.push_back({name, {}, {{}, {}, file.unreadable}});
    }
    std::ranges::copy(duplicates_, std::back_inserter(report.problems));
    return report;
}

std::map<ObjectId, Object> ManifestSet::merge() {
    std::map<ObjectId, Object> objects;
    std::map<ObjectId, std::string const*> owners;
    duplicates_.clear();
    for (auto const& [name, file] : files_) {
        for (DecodedObject const& decoded : file.objects) {
            ObjectId const id = id_of(decoded.object);
            auto const [owner, is_new] = owners.emplace(id, &name);
            if (is_new) {
                objects.emplace(id, decoded.object);
            } else {
                duplicates_.push_back(
                    {name,
                     decoded.at,
                     {to_string(id), {}, "is ignored: " + *owner->second + " has it already"}});
            }
        }
    }
    return objects;
}

}  // namespace holdfast::controller
