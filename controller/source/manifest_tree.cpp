#include "controller/source/manifest_tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "common/base/limits.hpp"

namespace holdfast::controller {

namespace fs = std::filesystem;

namespace {

constexpr int kLevelsMax = 16;

/// Walks down, remembering where it has been: links may lead in circles.
class Lister {
public:
    void list(fs::path const& directory, int level);
    [[nodiscard]] ManifestTree take() && { return std::move(tree_); }

private:
    void look_at(fs::directory_entry const& entry, int level);
    void fail(fs::path const& directory, std::string const& why);

    ManifestTree tree_;
    std::set<std::pair<dev_t, ino_t>> visited_;
};

/// A descriptor that is closed with the scope.
struct OpenFile {
    explicit OpenFile(int d) : descriptor(d) {}
    OpenFile(OpenFile const&) = delete;
    OpenFile& operator=(OpenFile const&) = delete;
    ~OpenFile() {
        if (descriptor >= 0) ::close(descriptor);
    }
    int const descriptor;
};

std::string describe_errno(int error) { return std::system_category().message(error); }

}  // namespace

bool is_manifest_name(std::string_view name) {
    return !name.starts_with('.') && (name.ends_with(".yaml") || name.ends_with(".yml"));
}

ManifestTree list_manifests(fs::path const& root) {
    Lister lister;
    lister.list(root, 0);
    return std::move(lister).take();
}

std::variant<std::string, Unreadable> read_manifest(std::string const& path) {
    // Not blocking: a FIFO in the folder must not stop the source.
    OpenFile const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.descriptor < 0) return Unreadable{describe_errno(errno), errno == ENOENT};
    struct stat status{};
    if (::fstat(file.descriptor, &status) != 0) return Unreadable{describe_errno(errno)};
    if (!S_ISREG(status.st_mode)) return Unreadable{"is no regular file"};

    std::string bytes;
    for (;;) {
        if (bytes.size() > limits::manifest_bytes_max) {
            return Unreadable{"is larger than " + std::to_string(limits::manifest_bytes_max) +
                              " bytes"};
        }
        std::size_t const had = bytes.size();
        bytes.resize(had + 64 * 1024);
        ssize_t const got = ::read(file.descriptor, bytes.data() + had, bytes.size() - had);
        bytes.resize(had + static_cast<std::size_t>(got > 0 ? got : 0));
        if (got < 0 && errno != EINTR) return Unreadable{describe_errno(errno)};
        if (got == 0) return bytes;
    }
}

namespace {

void Lister::list(fs::path const& directory, int level) {
    struct stat status{};
    if (::stat(directory.c_str(), &status) != 0) return fail(directory, describe_errno(errno));
    if (level >= kLevelsMax) return fail(directory, "it is nested too deep");
    if (!visited_.emplace(status.st_dev, status.st_ino).second) return;
    std::error_code error;
    fs::directory_iterator entry(directory, error);
    if (error) return fail(directory, error.message());
    if (level == 0) {
        tree_.exists = true;
        tree_.device = status.st_dev;
        tree_.inode = status.st_ino;
    }
    tree_.directories.insert(directory.string());
    while (entry != fs::directory_iterator()) {
        look_at(*entry, level);
        entry.increment(error);
    }
    if (error) fail(directory, error.message());
}

void Lister::fail(fs::path const& directory, std::string const& why) {
    tree_.problem = directory.string() + " cannot be listed: " + why;
}

void Lister::look_at(fs::directory_entry const& entry, int level) {
    std::string const name = entry.path().filename().string();
    if (name.starts_with('.')) return;
    std::error_code ignored;  // A link that leads nowhere is no directory.
    if (entry.is_directory(ignored)) {
        list(entry.path(), level + 1);
    } else if (is_manifest_name(name)) {
        std::string const path = entry.path().string();
        if (entry.is_symlink(ignored)) tree_.linked.insert(path);
        tree_.files.insert(path);
    }
}

}  // namespace

}  // namespace holdfast::controller
