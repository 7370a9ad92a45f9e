#include "dataplane/relay/tunnel_impl.hpp"

namespace holdfast::relay {

template class Tunnel<Transport>;

}  // namespace holdfast::relay
