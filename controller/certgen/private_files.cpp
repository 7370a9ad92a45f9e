#include "controller/certgen/private_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace holdfast::controller {
namespace {

namespace fs = std::filesystem;

Outcome<void> write_new(fs::path const& path, std::string const& content);
Failure system_failure(int code, std::string detail);

}  // namespace

Outcome<std::vector<fs::path>> write_private_files(fs::path const& directory,
                                                   std::vector<PrivateFile> const& files) {
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
        return system_failure(errno, "cannot make " + directory.string());
    }
    std::vector<fs::path> written;
    for (PrivateFile const& file : files) {
        std::error_code ignored;  // What cannot be looked at cannot be written either.
        if (fs::exists(directory / file.name, ignored)) {
            return system_failure(EEXIST, (directory / file.name).string() + " is not overwritten");
        }
    }
    for (PrivateFile const& file : files) {
        fs::path const path = directory / file.name;
        if (auto result = write_new(path, file.content); !result) {
            // Half a set would stand in the way of the next try.
            for (fs::path const& done : written) {
                ::unlink(done.c_str());
            }
            return std::move(result).error();
        }
        written.push_back(path);
    }
    return written;
}

namespace {

Outcome<void> write_new(fs::path const& path, std::string const& content) {
    int const fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return system_failure(errno, "cannot write " + path.string());
    }
    int code = 0;
    for (std::size_t at = 0; code == 0 && at < content.size();) {
        ssize_t const bytes = ::write(fd, content.data() + at, content.size() - at);
        if (bytes > 0) {
            at += static_cast<std::size_t>(bytes);
        } else if (bytes == 0 || errno != EINTR) {
            code = bytes == 0 ? ENOSPC : errno;
        }
    }
    if (::close(fd) != 0 && code == 0) {
        code = errno;
    }
    if (code != 0) {
        ::unlink(path.c_str());
        return system_failure(code, "cannot write " + path.string());
    }
    return {};
}

Failure system_failure(int code, std::string detail) {
    return {{code, boost::system::system_category()}, std::move(detail)};
}

}  // namespace
}  // namespace holdfast::controller
