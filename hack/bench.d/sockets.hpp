#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

/// Sockets for the bench's own programs. They fail loudly: every error is a std::system_error.
namespace holdfast::bench {

/// A descriptor that is closed with its owner.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) noexcept : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(other.release()) {}
    Fd& operator=(Fd&& other) noexcept;
    ~Fd();

    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] int release() noexcept;

private:
    int fd_ = -1;
};

struct Endpoint {
    std::string address;  ///< IPv4, loopback.
    std::uint16_t port = 0;
};

/// Listens on loopback at a port of the kernel's choice, non-blocking, and prints the port.
[[nodiscard]] Fd listen_and_say();
/// Accepts one connection, non-blocking and without delay; nothing where none waits.
[[nodiscard]] Fd accept_from(Fd const& listener);
[[nodiscard]] Fd connect_to(Endpoint const& endpoint);
void set_nonblocking(int fd);

/// `ADDRESS:PORT`.
[[nodiscard]] Endpoint parse_endpoint(std::string const& text);

[[noreturn]] void fail(char const* what);

}  // namespace holdfast::bench
