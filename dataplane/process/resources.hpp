#pragma once

#include <cstdint>
#include <string_view>

/// What the process may use: its cgroup and its own limits say, since the host's figures say
/// nothing of a pod's.
namespace holdfast {

/// How many workers a process should have: the cores that its cgroup grants (cpu.max of version
/// 2, the CFS quota of version 1), rounded up, within what the machine and the affinity mask
/// offer; at least one. A host's core count would start dozens of threads in a pod with one core.
[[nodiscard]] int usable_cores();

/// Bytes of memory that the process may have: what its cgroup grants (memory.max of version 2,
/// memory.limit_in_bytes of version 1), at most the machine's.
[[nodiscard]] std::uint64_t usable_memory();

/// Raises the limit of open descriptors as far as it goes, and returns it. What the administrator
/// allows is the limit to use, not the lower one that programs begin with which may use select().
std::uint64_t raise_descriptor_limit();

/// The cores that a cgroup v2 `cpu.max` grants (`150000 100000` is two); 0 for `max` or nonsense.
[[nodiscard]] int cores_of_cpu_max(std::string_view text) noexcept;
/// The same of cgroup v1's two files; 0 for no limit (`-1`) or nonsense.
[[nodiscard]] int cores_of_cfs(std::string_view quota, std::string_view period) noexcept;

/// The bytes that a cgroup's memory limit grants, of either version; 0 for no limit (`max`, or near
/// 2^63) or nonsense.
[[nodiscard]] std::uint64_t bytes_of_memory_limit(std::string_view text) noexcept;

}  // namespace holdfast
