#include "dataplane/control/apply.hpp"

#include <utility>

#include "common/base/limits.hpp"
#include "common/base/log.hpp"
#include "common/model/validate.hpp"

namespace holdfast::control {
namespace {

Problem table_problem(std::string field, std::string message);

}  // namespace

Applier::Applier(std::string gateway, TableTarget& target)
    : gateway_(std::move(gateway)), target_(target) {}

std::vector<Problem> Applier::apply(push::Snapshot const& frame, TimePoint now) {
    return take({frame.version, model::Received::from_json(frame.table), TableSource::controller},
                now);
}

std::vector<Problem> Applier::apply(push::DeltaFrame const& frame, TimePoint now) {
    if (!in_force_ || in_force_->version.hash != frame.base) {
        ++rejected_;
        return {table_problem("base", "is " + frame.base + ", which is not the table in force")};
    }
    return take({frame.version, in_force_->received->with(frame.delta), TableSource::controller},
                now);
}

std::vector<Problem> Applier::apply_from_disk(push::Snapshot const& saved, TimePoint now) {
    return take({saved.version, model::Received::from_json(saved.table), TableSource::disk}, now);
}

void Applier::confirm() noexcept {
    older_since_.reset();
    if (in_force_) {
        in_force_->source = TableSource::controller;
    }
}

std::vector<Problem> Applier::take(Candidate candidate, TimePoint now) {
    std::vector<Problem> problems = judge(candidate, now);
    std::shared_ptr<model::Received const> received;
    if (problems.empty()) {
        received = std::make_shared<model::Received const>(*std::move(candidate.received));
        problems = target_.serve(received->table());
    }
    if (!problems.empty()) {
        ++rejected_;
        return problems;
    }
    ++accepted_;
    older_since_.reset();
    in_force_ =
        InForce{candidate.version, received, received->table(), candidate.source, WallClock::now()};
    return {};
}

std::vector<Problem> Applier::judge(Candidate const& candidate, TimePoint now) {
    if (!candidate.received) {
        return candidate.received.error();
    }
    model::Table const& table = *candidate.received->table();
    if (table.gateway != gateway_) {
        return {table_problem("gateway", "is " + table.gateway + ", not " + gateway_)};
    }
    if (std::vector<Problem> problems = model::validate(table); !problems.empty()) {
        return problems;
    }
    if (std::string const hash = candidate.received->hash(); hash != candidate.version.hash) {
        return {table_problem("version.hash",
                              "is " + candidate.version.hash + ", but the content's is " + hash)};
    }
    if (is_too_old(candidate.version.sources, now)) {
        return {table_problem("version.sources", "are older than those of the table in force")};
    }
    return {};
}

bool Applier::is_too_old(model::SourceVector const& sources, TimePoint now) {
    if (!in_force_ || model::compare(sources, in_force_->version.sources) != model::Order::older) {
        return false;
    }
    if (!older_since_) {
        older_since_ = now;
    }
    if (now - *older_since_ < limits::stale_source_wait) {
        return true;
    }
    log::warning("older table accepted, since no newer one has come");
    return false;
}

namespace {

Problem table_problem(std::string field, std::string message) {
    return {.object = "Table", .field = std::move(field), .message = std::move(message)};
}

}  // namespace
}  // namespace holdfast::control
