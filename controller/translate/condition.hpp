#pragma once

#include <cstdint>
#include <string>

namespace holdfast::controller {

/// metav1.Condition without its time, which only the writer of a status knows.
struct Condition {
    std::string type;
    bool status = false;
    std::string reason;
    std::string message;
    std::int64_t observed_generation = 0;
    /// Not found out yet, whatever `status` says; what was told of it before stays told.
    bool unknown = false;

    friend bool operator==(Condition const&, Condition const&) = default;
};

}  // namespace holdfast::controller
