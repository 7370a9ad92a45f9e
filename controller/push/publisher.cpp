#include "controller/push/publisher.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace holdfast::controller {
namespace {

void tell_difference(std::string const& gateway, std::vector<Quarantined> const& before,
                     std::vector<Quarantined> const& after, std::vector<Notice>& notices);
std::string first_of(std::vector<Problem> const& problems);

}  // namespace

std::vector<Notice> Publisher::publish(std::map<std::string, model::Table> const& tables,
                                       model::SourceVector const& sources, TimePoint now) {
    std::vector<Notice> notices;
    for (auto const& [gateway, table] : tables) {
        Channel& channel = channels_[gateway];
        if (std::exchange(channel.gone, false)) {
            notices.push_back({log::Level::info, "gateway is back", gateway, "", ""});
        }
        channel.wanted = model::share(channel.wanted, table);
        channel.sources = sources;
        offer(channel, now, notices);
    }
    for (auto& [gateway, channel] : channels_) {
        if (!tables.contains(gateway) && !std::exchange(channel.gone, true)) {
            notices.push_back({log::Level::warning,
                               "gateway is gone, its last table stays in force", gateway, "", ""});
        }
    }
    return notices;
}

void Publisher::advance(model::SourceVector const& sources, TimePoint now) {
    for (auto& [gateway, channel] : channels_) {
        Publication const* const newest = fleet_.newest(gateway);
        if (channel.gone || !channel.held.empty() || newest == nullptr) continue;
        channel.sources = sources;
        fleet_.publish({{newest->version.hash, sources}, newest->table}, now);
    }
}

std::vector<Notice> Publisher::connect(StreamId stream, push::Hello const& hello, TimePoint now) {
    std::vector<Notice> notices;
    fleet_.connect(stream, hello);
    review(hello.gateway, now, notices);
    return notices;
}

std::vector<Notice> Publisher::disconnect(StreamId stream, TimePoint now) {
    std::vector<Notice> notices;
    std::string const gateway = fleet_.gateway(stream);
    fleet_.disconnect(stream);
    if (Quarantine* const quarantine = quarantine_of(gateway)) {
        quarantine->forget(stream);
        review(gateway, now, notices);
    }
    return notices;
}

std::vector<Notice> Publisher::subscribe(StreamId stream, push::Subscribe const& frame,
                                         TimePoint now) {
    std::vector<Notice> notices;
    fleet_.subscribe(stream, frame);
    review(fleet_.gateway(stream), now, notices);
    return notices;
}

std::vector<Notice> Publisher::acknowledge(StreamId stream, push::Ack const& ack, TimePoint now) {
    std::vector<Notice> notices;
    std::string const& gateway = fleet_.gateway(stream);
    if (fleet_.acknowledge(stream, ack, now) == Receipt::another) {
        notices.push_back({log::Level::error, "data plane reads another table than was sent",
                           gateway, "", ack.hash});
    }
    Quarantine* const quarantine = quarantine_of(gateway);
    if (quarantine != nullptr && quarantine->has_refusals()) {
        TablesInForce const tables = fleet_.in_force(gateway);
        if (auto const taken = tables.find(stream); taken != tables.end()) {
            quarantine->accept(stream, *taken->second);
        }
        review(gateway, now, notices);
    }
    return notices;
}

std::vector<Notice> Publisher::refuse(StreamId stream, push::Nack const& nack, TimePoint now) {
    std::vector<Notice> notices;
    auto const refused = fleet_.refuse(stream, nack, now);
    if (!refused) {
        return notices;
    }
    std::string const& gateway = refused->table->gateway;
    quarantine_of(gateway)->refuse(stream, *refused->table, nack.problems);
    if (!review(gateway, now, notices)) {
        notices.push_back({log::Level::warning, "table refused, offered again later", gateway, "",
                           first_of(nack.problems)});
    }
    return notices;
}

bool Publisher::review(std::string const& gateway, TimePoint now, std::vector<Notice>& notices) {
    Quarantine* const quarantine = quarantine_of(gateway);
    if (quarantine == nullptr || !quarantine->has_refusals() ||
        !quarantine->review(fleet_.in_force(gateway))) {
        return false;
    }
    offer(channels_.at(gateway), now, notices);
    return true;
}

Quarantine* Publisher::quarantine_of(std::string const& gateway) {
    auto const channel = channels_.find(gateway);
    return channel == channels_.end() ? nullptr : &channel->second.quarantine;
}

Quarantine const* Publisher::quarantine(std::string const& gateway) const {
    auto const channel = channels_.find(gateway);
    return channel == channels_.end() ? nullptr : &channel->second.quarantine;
}

model::Table const* Publisher::wanted(std::string const& gateway) const {
    auto const channel = channels_.find(gateway);
    return channel == channels_.end() ? nullptr : &channel->second.wanted;
}

std::vector<Problem> Publisher::held(std::string const& gateway) const {
    auto const channel = channels_.find(gateway);
    return channel == channels_.end() ? std::vector<Problem>{} : channel->second.held;
}

std::vector<Offer> Publisher::offers() const {
    std::vector<Offer> all;
    for (auto const& [gateway, channel] : channels_) {
        Publication const* const newest = fleet_.newest(gateway);
        all.push_back({
            .gateway = gateway,
            .version = newest == nullptr ? model::Version() : newest->version,
            .gone = channel.gone,
            .quarantine = channel.quarantine.entries(),
            .held = channel.held,
        });
    }
    return all;
}

void Publisher::offer(Channel& channel, TimePoint now, std::vector<Notice>& notices) {
    std::string const& gateway = channel.wanted.gateway;
    auto problems = deletes_too_much(channel.wanted, now);
    bool const too_young = !problems.empty();
    if (too_young) {
        hold(channel, std::move(problems), "table deletes most routes, the last one stays for now",
             notices);
    } else {
        channel.offered = channel.wanted;
    }
    auto const before = channel.quarantine.entries();
    auto admitted = channel.quarantine.admit(channel.offered);
    if (!admitted) {
        hold(channel, std::move(admitted).error(), "table is not valid, the last one stays",
             notices);
        return;
    }
    tell_difference(gateway, before, channel.quarantine.entries(), notices);
    if (!too_young) channel.held.clear();
    auto table = std::make_shared<model::Table const>(*std::move(admitted));
    Publication const* const newest = fleet_.newest(gateway);
    channel.fingerprint = newest == nullptr
                              ? model::fingerprint_of(*table)
                              : model::fingerprint_of(*table, *newest->table, channel.fingerprint);
    fleet_.publish({{model::hash_of(channel.fingerprint), channel.sources}, table}, now);
}

void Publisher::hold(Channel& channel, std::vector<Problem> problems, char const* message,
                     std::vector<Notice>& notices) {
    if (problems != channel.held) {
        notices.push_back(
            {log::Level::error, message, channel.wanted.gateway, "", first_of(problems)});
    }
    channel.held = std::move(problems);
}

std::vector<Problem> Publisher::deletes_too_much(model::Table const& wanted, TimePoint now) const {
    Publication const* const newest = fleet_.newest(wanted.gateway);
    if (newest == nullptr || !grown_up_at_ || now >= *grown_up_at_) {
        return {};
    }
    auto const& before = newest->table->routes;
    auto const deleted = static_cast<std::size_t>(std::ranges::count_if(
        before, [&](auto const& item) { return !wanted.routes.contains(item.first); }));
    if (deleted <= kDeletionsAllowed || deleted * 2 <= before.size()) {
        return {};
    }
    return {{"Table", "routes",
             "deletes " + std::to_string(deleted) + " of " + std::to_string(before.size()) +
                 " routes: held until the controller has run for a minute"}};
}

std::vector<Notice> Publisher::tick(TimePoint now) {
    std::vector<Notice> notices;
    if (!grown_up_at_ || now < *grown_up_at_) {
        return notices;
    }
    grown_up_at_.reset();
    for (auto& [gateway, channel] : channels_) {
        if (!channel.held.empty()) {
            offer(channel, now, notices);
            if (channel.held.empty()) {
                notices.push_back(
                    {log::Level::warning, "table is not held any more", gateway, "", ""});
            }
        }
    }
    return notices;
}

void log_all(std::vector<Notice> const& notices) {
    for (Notice const& notice : notices) {
        log::write(
            notice.level, notice.message,
            {{"gateway", notice.gateway}, {"object", notice.object}, {"detail", notice.detail}});
    }
}

namespace {

void tell_difference(std::string const& gateway, std::vector<Quarantined> const& before,
                     std::vector<Quarantined> const& after, std::vector<Notice>& notices) {
    for (Quarantined const& entry : after) {
        if (std::ranges::find(before, entry) == before.end()) {
            char const* const message = entry.standby == Standby::last_good
                                            ? "object quarantined, its last good version stays"
                                            : "object quarantined";
            notices.push_back(
                {log::Level::warning, message, gateway, entry.object, first_of(entry.problems)});
        }
    }
    for (Quarantined const& entry : before) {
        if (std::ranges::find(after, entry.object, &Quarantined::object) == after.end()) {
            notices.push_back(
                {log::Level::info, "object released from quarantine", gateway, entry.object, ""});
        }
    }
}

std::string first_of(std::vector<Problem> const& problems) {
    if (problems.empty()) {
        return "no problem named";
    }
    std::string const others =
        problems.size() > 1 ? " (and " + std::to_string(problems.size() - 1) + " more)" : "";
    return to_string(problems.front()) + others;
}

}  // namespace
}  // namespace holdfast::controller
