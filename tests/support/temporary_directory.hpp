#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace holdfast::test {

/// A directory of the test's own, removed with it.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "holdfast-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    TemporaryDirectory(TemporaryDirectory const&) = delete;
    TemporaryDirectory& operator=(TemporaryDirectory const&) = delete;
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::filesystem::path const& path() const { return path_; }
    /// What is called `name` in it.
    [[nodiscard]] std::filesystem::path operator/(std::filesystem::path const& name) const {
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

inline void write_file(std::filesystem::path const& path, std::string const& text) {
    std::ofstream(path, std::ios::binary) << text;
}

/// As careful programs write: beside the file, then renamed over it.
inline void replace_file(std::filesystem::path const& path, std::string const& text) {
    std::filesystem::path const beside = path.parent_path() / ".new";
    write_file(beside, text);
    std::filesystem::rename(beside, path);
}

}  // namespace holdfast::test
