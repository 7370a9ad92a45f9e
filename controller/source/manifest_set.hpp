#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "controller/source/decoder.hpp"
#include "controller/source/source.hpp"

namespace holdfast::controller {

/// The manifests of a directory and what they amount to: which object comes from which file, what
/// stays in force of a broken one, and what changed. No I/O.
///
/// - A file with any problem keeps the objects of its last good state, if it had one.
/// - Of an object in several files the first file's counts, by the order of their names.
class ManifestSet {
public:
    /// A file as it is now. Costs a hash when its bytes are the same as before.
    void update(std::string const& file, std::string_view bytes);
    /// A file that is there and cannot be read: its last good state stays.
    void keep(std::string const& file, std::string message);
    /// Every file that is not in `present` is gone, and its objects with it.
    void retain(std::set<std::string> const& present);
    /// A problem of the whole directory, or none when empty.
    void set_directory_problem(std::string message) { directory_problem_ = std::move(message); }

    /// What the files amount to now, against what the call before returned.
    [[nodiscard]] Changes commit();
    /// As of the last commit; loads_total is not known here.
    [[nodiscard]] SourceReport report() const;

private:
    struct File {
        std::string digest;                   ///< Of the bytes that were last decoded.
        std::vector<DecodedObject> objects;   ///< The last good state.
        std::vector<SourceProblem> problems;  ///< Of the newest state.
        std::string unreadable;               ///< Why `keep` was called last, else empty.
        bool ever_good = false;               ///< Has been read without a problem.
    };

    [[nodiscard]] std::map<ObjectId, Object> merge();

    std::map<std::string, File> files_;
    std::map<ObjectId, Object> delivered_;
    std::vector<SourceProblem> duplicates_;
    std::string directory_problem_;
};

}  // namespace holdfast::controller
