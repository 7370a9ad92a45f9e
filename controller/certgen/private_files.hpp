#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/base/failure.hpp"

namespace holdfast::controller {

struct PrivateFile {
    std::string name;
    std::string content;
};

/// Writes a set of new files of mode 0600 into `directory`, which is made with mode 0700 when it is
/// missing: all of them or, as far as the system lets us, none. Never overwrites.
/// Output  the paths written.
/// Errors  a file that exists, what the system says.
[[nodiscard]] Outcome<std::vector<std::filesystem::path>> write_private_files(
    std::filesystem::path const& directory, std::vector<PrivateFile> const& files);

}  // namespace holdfast::controller
