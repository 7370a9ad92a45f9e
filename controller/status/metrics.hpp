#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "controller/status/view.hpp"

namespace holdfast::controller {

/// The controller's metrics (docs/metrics.md, "Controller").
///
/// Rebuilds are counted as they happen; everything else is read from the view when somebody asks.
/// Threads  none.
class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(Metrics const&) = delete;
    Metrics& operator=(Metrics const&) = delete;

    void rebuilt(std::chrono::duration<double> took);
    /// Prometheus' text format.
    [[nodiscard]] std::string render(StatusView const& view);

private:
    struct Families;
    std::unique_ptr<Families> families_;
};

}  // namespace holdfast::controller
