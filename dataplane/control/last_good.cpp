#include "dataplane/control/last_good.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <utility>

#include "common/base/sha256.hpp"

namespace holdfast::control {
namespace {

constexpr std::string_view kFormat = "holdfast-last-good/1";

/// A descriptor that closes itself.
class File {
public:
    explicit File(int fd) noexcept : fd_(fd) {}
    ~File() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    File(File const&) = delete;
    File& operator=(File const&) = delete;

    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }

private:
    int fd_;
};

bool write_all(int fd, std::string_view bytes);
bool read_all(int fd, std::string& into);
std::string first_line(std::string_view gateway, std::string_view body);

}  // namespace

LastGood::LastGood(std::string const& folder, std::string gateway)
    : path_(folder + "/last-good.json"), gateway_(std::move(gateway)) {}

Outcome<void> LastGood::save(push::Snapshot const& table) const {
    std::string const body = push::encode(push::ToDataplane(table));
    std::string const fresh = path_ + ".new";
    ::unlink(fresh.c_str());  // Left by a process that died; its mode is not to be trusted.
    {
        File const file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!file.is_open() || !write_all(file.fd(), first_line(gateway_, body)) ||
            !write_all(file.fd(), body) || ::fsync(file.fd()) != 0) {
            return failure("cannot write " + fresh);
        }
    }
    if (std::rename(fresh.c_str(), path_.c_str()) != 0) {
        return failure("cannot replace " + path_);
    }
    return {};
}

Outcome<std::optional<push::Snapshot>> LastGood::load() const {
    File const file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open() && errno == ENOENT) {
        return std::optional<push::Snapshot>();
    }
    std::string content;
    if (!file.is_open() || !read_all(file.fd(), content)) {
        return failure("cannot read " + path_);
    }
    errno = 0;  // From here on it is the content that is at fault.
    std::size_t const end = content.find('\n');
    if (end == std::string::npos || !content.starts_with(kFormat)) {
        return failure(path_ + " is not in the format " + std::string(kFormat));
    }
    std::string_view const body = std::string_view(content).substr(end + 1);
    std::string_view const line = std::string_view(content).substr(0, end + 1);
    if (line != first_line(gateway_, body)) {
        return failure(path_ + " is damaged, or not of Gateway " + gateway_);
    }
    auto decoded = push::decode_to_dataplane(body);
    if (!decoded) {
        return failure(path_ + ": " + to_string(decoded.error().front()));
    }
    auto* const snapshot = *decoded ? std::get_if<push::Snapshot>(&**decoded) : nullptr;
    if (snapshot == nullptr) {
        return failure(path_ + " holds no table");
    }
    return std::optional(std::move(*snapshot));
}

Failure LastGood::failure(std::string detail) const {
    return {{errno, boost::system::system_category()}, std::move(detail)};
}

namespace {

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t const n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno != EINTR) {
            return false;
        }
        bytes.remove_prefix(n > 0 ? static_cast<std::size_t>(n) : 0);
    }
    return true;
}

bool read_all(int fd, std::string& into) {
    std::array<char, 64 * 1024> buffer;
    for (;;) {
        ssize_t const n = ::read(fd, buffer.data(), buffer.size());
        if (n == 0) {
            return true;
        }
        if (n > 0) {
            into.append(buffer.data(), static_cast<std::size_t>(n));
        } else if (errno != EINTR) {
            return false;
        }
    }
}

/// The checksum covers the Gateway too, so that none of the line can be changed alone.
std::string first_line(std::string_view gateway, std::string_view body) {
    Sha256 sum;
    sum.update(gateway);
    sum.update("\n");
    sum.update(body);
    std::string line(kFormat);
    line.append(" ").append(gateway).append(" ").append(sum.finish()).append("\n");
    return line;
}

}  // namespace
}  // namespace holdfast::control
