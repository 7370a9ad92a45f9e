#include "controller/cluster_side.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/base/limits.hpp"
#include "common/base/log.hpp"
#include "controller/kube/cpprest_transport.hpp"
#include "controller/kube/kubeconfig.hpp"

namespace holdfast::controller {
namespace {

/// Another one may lead `lease` after the last renewal, and this one does for `renew`.
std::chrono::seconds patience(kube::ElectionTimes const& times) {
    auto const between = std::chrono::floor<std::chrono::seconds>(times.lease - times.renew);
    return std::max(between, std::chrono::seconds(1));
}

}  // namespace

Outcome<std::unique_ptr<ClusterSide>> ClusterSide::open(KubeFlags const& flags,
                                                        Served const& served) {
    auto cluster = kube::find_cluster(flags.kubeconfig);
    if (!cluster) return cluster.error();
    log::info("reading the Kubernetes API", {{"server", cluster->server}});
    return std::make_unique<ClusterSide>(kube::cpprest_transport(*std::move(cluster)), flags,
                                         served);
}

ClusterSide::ClusterSide(std::unique_ptr<kube::Transport> transport, KubeFlags const& flags,
                         Served const& served)
    : transport_(std::move(transport)),
      candidacy_(flags.candidacy),
      events_(*transport_, leadership(), candidacy_.identity),
      writer_(*transport_, leadership(), events_, served),
      source_(*transport_,
              {.namespaces = flags.namespaces,
               .served = served,
               .stored =
                   [this](std::vector<kube::StoredStatus> stored) {
                       writer_.stored(std::move(stored));
                   },
               .gone = [this](std::vector<ObjectId> const& gone) { writer_.gone(gone); },
               .denied_wait = limits::denied_kinds_wait}) {}

ClusterSide::~ClusterSide() {
    source_.stop();
    stop_leading();
}

void ClusterSide::campaign(std::function<void()> elected) {
    election_.emplace(*transport_, candidacy_,
                      kube::ElectionEvents{.elected =
                                               [this, elected = std::move(elected)] {
                                                   events_.elected();
                                                   writer_.elected();
                                                   elected();
                                               },
                                           .demoted =
                                               [this](std::string const&) {
                                                   writer_.demoted();
                                                   events_.demoted();
                                               }});
    campaign_ = &*election_;
}

Leadership ClusterSide::leadership() const {
    return {.lasts = [this] { return leads(); }, .patience = patience(candidacy_.times)};
}

bool ClusterSide::leads() const noexcept {
    kube::Election const* const campaign = campaign_;
    return campaign != nullptr && campaign->leads();
}

void ClusterSide::stop_leading() {
    writer_.stop();
    events_.stop();
    if (election_) election_->stop();
}

void ClusterSide::hurry() {
    if (election_) election_->abandon();
}

LeaderReport ClusterSide::report() const {
    kube::Election const* const campaign = campaign_;
    kube::ElectionState state = campaign ? campaign->state() : kube::ElectionState{};
    return {.lease = candidacy_.name_space + '/' + candidacy_.name,
            .leads = leads(),
            .holder = std::move(state.holder),
            .trouble = std::move(state.trouble),
            .trouble_since = state.trouble_since,
            .writes = writer_.counts(),
            .events = events_.counts()};
}

}  // namespace holdfast::controller
