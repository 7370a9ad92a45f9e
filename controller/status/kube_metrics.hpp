#pragma once

#include <memory>

#include "controller/status/view.hpp"

namespace prometheus {
class Registry;
}

namespace holdfast::controller {

/// Metrics of a controller that reads the Kubernetes API: its watches, its part in the election and
/// what it writes (docs/metrics.md).
///
/// Threads  none.
class KubeMetrics {
public:
    /// Lifetime  `registry` outlives it.
    explicit KubeMetrics(prometheus::Registry& registry);
    ~KubeMetrics();

    void read(StatusView const& view);

private:
    struct Families;
    std::unique_ptr<Families> families_;
};

}  // namespace holdfast::controller
