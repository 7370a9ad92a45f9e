#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/error.hpp"
#include "common/model/table.hpp"
#include "dataplane/listen/acceptor.hpp"

namespace holdfast::listen {

/// The listening sockets of a Gateway: one per port of its table, opened and closed as listeners
/// come and go. Established sessions are touched by neither.
///
/// A table is applied in two steps, so that one which cannot be served changes nothing: prepare()
/// binds, the workers swap, commit() accepts.
///
/// Threads   the io_context's one thread, every call.
/// Lifetime  the io_context outlives this object.
class Listeners {
public:
    /// `address` is the literal that every port is bound on (open_listening_socket).
    Listeners(boost::asio::io_context& io, std::string address, AcceptSink sink);
    ~Listeners();
    Listeners(Listeners const&) = delete;
    Listeners& operator=(Listeners const&) = delete;

    /// Binds the ports that `table` names and that are not bound yet. Their connections wait in
    /// the kernel until commit().
    /// Errors  one problem per listener whose port cannot be bound; then none of the new ones is.
    [[nodiscard]] std::vector<Problem> prepare(model::Table const& table);
    /// Accepts on what prepare(table) has bound, and closes the ports that `table` does not name.
    void commit(model::Table const& table);
    /// Closes every port.
    void close();

    [[nodiscard]] std::size_t size() const noexcept { return open_.size(); }

private:
    using Acceptors = std::map<std::uint16_t, std::unique_ptr<Acceptor>>;

    boost::asio::io_context& io_;
    std::string address_;
    AcceptSink sink_;
    Acceptors open_;
    Acceptors prepared_;
};

}  // namespace holdfast::listen
