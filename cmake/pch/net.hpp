// The network stack, for the folders that may use it (docs/architecture.md).
#include "std.hpp"

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
