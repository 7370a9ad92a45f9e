#pragma once

#include <string_view>

namespace holdfast {

/// How many workers a process should have: the cores that its cgroup grants (cpu.max of version
/// 2, the CFS quota of version 1), rounded up, within what the machine and the affinity mask
/// offer; at least one. A host's core count would start dozens of threads in a pod with one core.
[[nodiscard]] int usable_cores();

/// The cores that a cgroup v2 `cpu.max` grants (`150000 100000` is two); 0 for `max` or nonsense.
[[nodiscard]] int cores_of_cpu_max(std::string_view text) noexcept;
/// The same of cgroup v1's two files; 0 for no limit (`-1`) or nonsense.
[[nodiscard]] int cores_of_cfs(std::string_view quota, std::string_view period) noexcept;

}  // namespace holdfast
