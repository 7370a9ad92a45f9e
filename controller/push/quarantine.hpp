#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/error.hpp"
#include "common/model/table.hpp"

namespace holdfast::controller {

/// Who found the fault.
enum class FoundBy : std::uint8_t { validation, dataplane };

/// An object that is left out of a Gateway's tables.
struct Quarantined {
    std::string object;  ///< As in problems: `Route default/chat`.
    FoundBy found_by = FoundBy::validation;
    std::vector<Problem> problems;

    friend bool operator==(Quarantined const&, Quarantined const&) = default;
};

/// Keeps the bad objects of one Gateway out of its tables, so that one of them never freezes the
/// rest.
///
/// What validation finds is judged anew for every table. What a data plane refused stays out for
/// as long as the object's content is what was refused. Leaving an object out has the smallest
/// consequence that keeps the table whole: a route goes; a backend's references become invalid
/// and answer 500 for their share; a certificate leaves its listeners, and a listener without
/// one goes; a listener takes its attachments along, and a route without one goes.
///
/// Pure; Threads none.
class Quarantine {
public:
    /// Puts away the objects that `problems` name, where `table`, which was refused, holds them
    /// as the last admitted table does: what has changed since is not judged by an old answer.
    /// Output: how many were put away.
    std::size_t refuse(model::Table const& table, std::vector<Problem> const& problems);

    /// The part of `wanted` that may be pushed; releases objects whose content changed.
    /// Errors: the problems of a table that stays invalid whatever is left out of it.
    [[nodiscard]] Checked<model::Table> admit(model::Table const& wanted);

    /// What the last `admit` left out, sorted by object.
    [[nodiscard]] std::vector<Quarantined> const& entries() const noexcept { return entries_; }

private:
    using Content =
        std::variant<std::shared_ptr<model::Listener const>,
                     std::shared_ptr<model::Certificate const>,
                     std::shared_ptr<model::Backend const>, std::shared_ptr<model::Route const>>;
    struct Entry {
        Content content;
        std::vector<Problem> problems;
    };

    [[nodiscard]] static std::optional<Content> find(model::Table const& table,
                                                     std::string const& object);
    [[nodiscard]] static bool same(Content const& a, Content const& b);

    std::map<std::string, Entry> refused_;  ///< By data planes; key: the object.
    std::vector<Quarantined> entries_;
    // The last admit's input and output. An object in them may differ by what was left out around
    // it; the input's content is what decides about its release.
    model::Table wanted_;
    model::Table admitted_;
};

}  // namespace holdfast::controller
