#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "controller/translate/conditions.hpp"
#include "controller/translate/references.hpp"

namespace holdfast::controller {

/// A listener of a Gateway, with what was found out about it.
struct JudgedListener {
    GatewayListener const* spec = nullptr;
    bool admits_routes = false;             ///< WebSocketRoute is among the kinds that it supports.
    std::optional<Refusal> unsupported;     ///< Nothing of its kind can be served.
    std::optional<Refusal> conflict;        ///< It cannot be told from another listener.
    std::vector<Refusal> unresolved;        ///< References that lead nowhere.
    std::vector<std::string> overlapping;   ///< Other TLS listeners that share hosts with it.
    std::vector<std::string> certificates;  ///< Keys of those that can be served.

    /// Is it in the Gateway's table? A TLS listener is, even without a certificate: the sessions
    /// that it has must not end because a rotation went wrong.
    [[nodiscard]] bool accepted() const noexcept { return !unsupported && !conflict; }
    /// Those that it has stay either way.
    [[nodiscard]] bool takes_clients() const noexcept;
};

/// Judges the listeners of a Gateway, in their order.
///
/// Source  Gateway API: of listeners that conflict none wins. A listener with one good certificate
///         among bad ones is served with it.
[[nodiscard]] std::vector<JudgedListener> judge_listeners(Gateway const& gateway,
                                                          References& references);

/// The entry in the table of a listener that is accepted.
[[nodiscard]] model::Listener to_model(JudgedListener const& listener);

}  // namespace holdfast::controller
