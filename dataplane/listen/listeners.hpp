#pragma once

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/error.hpp"
#include "common/model/table.hpp"
#include "dataplane/listen/acceptor.hpp"

namespace holdfast::listen {

/// A thread that accepts, and where what it accepts goes.
struct AcceptThread {
    boost::asio::io_context& io;
    AcceptSink sink;
};

/// The listening sockets of a Gateway: one per port of its table, opened and closed as listeners
/// come and go. Established sessions are touched by neither. Ports take turns over the threads
/// that accept.
///
/// A table is applied in two steps, so that one which cannot be served changes nothing: prepare()
/// binds, the workers swap, commit() accepts.
///
/// Threads   one calls, none of those that accept: what it does beside waits for no client, and no
///           client for it.
/// Lifetime  the threads' io_contexts outlive this object and run until it is destroyed or
///           close() has returned.
class Listeners {
public:
    /// `address` is the literal that every port is bound on (open_listening_socket); `threads` is
    /// not empty.
    Listeners(std::vector<AcceptThread> threads, std::string address);
    ~Listeners();
    Listeners(Listeners const&) = delete;
    Listeners& operator=(Listeners const&) = delete;

    /// Binds the ports that `table` names and that are not bound yet. Their connections wait in
    /// the kernel until commit().
    /// Errors  one problem per listener whose port cannot be bound, without an object, since the
    ///         table is not at fault; then none of the new ones is.
    [[nodiscard]] std::vector<Problem> prepare(model::Table const& table);
    /// Accepts on what prepare(table) has bound, and closes the ports that `table` does not name.
    void commit(model::Table const& table);
    /// Closes every port.
    void close();

private:
    [[nodiscard]] AcceptThread const& next_thread() noexcept;

    std::vector<AcceptThread> threads_;
    std::size_t next_ = 0;
    std::string address_;
    std::map<std::uint16_t, std::unique_ptr<Acceptor>> open_;
    std::map<std::uint16_t, net::Descriptor> prepared_;
};

}  // namespace holdfast::listen
