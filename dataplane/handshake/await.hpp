#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace holdfast::handshake {

/// The concrete executor of a worker's io_context: asio::any_io_executor doubles the cost of every
/// operation.
using Executor = boost::asio::io_context::executor_type;

template <class T = void>
using Await = boost::asio::awaitable<T, Executor>;

/// Completion token: the operation's error is a value, never an exception.
inline constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable_t<Executor>{});

}  // namespace holdfast::handshake
