#pragma once

#include <optional>
#include <string>

#include "common/base/failure.hpp"
#include "common/push/frames.hpp"

namespace holdfast::control {

/// The last good table on disk, so that a data plane which starts while no controller can be
/// reached serves what it served before.
///
/// One file in a folder of the data plane's own, which should be on tmpfs, since certificates'
/// keys are in it. A line with format version, Gateway and checksum comes first, then the table as
/// a snapshot frame. The file's mode is 0600 and it is replaced by rename: a reader sees the old
/// one or the new one, whole.
///
/// Threads  none. Tests: tests/unit/control/last_good_test.cpp.
class LastGood {
public:
    /// `folder` exists. `gateway`: whose table it is, `namespace/name`.
    LastGood(std::string const& folder, std::string gateway);

    /// Errors  the path and what the system said; the old file is then still there.
    [[nodiscard]] Outcome<void> save(push::Snapshot const& table) const;

    /// Output  nothing when there is no file.
    /// Errors  a file that cannot be read, of another format or Gateway, or whose checksum is
    ///         wrong.
    [[nodiscard]] Outcome<std::optional<push::Snapshot>> load() const;

    [[nodiscard]] std::string const& path() const noexcept { return path_; }

private:
    [[nodiscard]] Failure failure(std::string detail) const;

    std::string path_;
    std::string gateway_;
};

}  // namespace holdfast::control
