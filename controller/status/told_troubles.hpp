#pragma once

#include <map>
#include <string>

namespace holdfast::controller {

/// Which troubles people have been told of, so that the log has each of them once, and its end.
///
/// Threads  none.
class ToldTroubles {
public:
    /// True when it is to be told: it is new, or another one than before of the same thing.
    [[nodiscard]] bool begins(std::string const& about, std::string const& trouble);
    /// True when its end is to be told: it was told before.
    [[nodiscard]] bool ends(std::string const& about);

private:
    std::map<std::string, std::string> told_;
};

}  // namespace holdfast::controller
