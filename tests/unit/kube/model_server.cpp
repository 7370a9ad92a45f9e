#include "tests/unit/kube/model_server.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iterator>

namespace json = boost::json;

namespace holdfast::controller::kube {
namespace {

using namespace std::chrono_literals;

/// So small that lists come in several.
constexpr std::size_t kPageObjects = 3;

json::object object(std::string const& key, std::uint64_t version) {
    std::size_t const slash = key.find('/');
    return {{"metadata",
             {{"namespace", key.substr(0, slash)},
              {"name", key.substr(slash + 1)},
              {"resourceVersion", std::to_string(version)}}}};
}

/// A place in a list: `VERSION-OBJECTS-ERA`.
struct Token {
    std::uint64_t version = 0;
    std::size_t begin = 0;
    int era = 0;

    static Token parse(std::string const& text) {
        std::size_t const first = text.find('-');
        std::size_t const second = text.find('-', first + 1);
        return {std::stoull(text), std::stoull(text.substr(first + 1)),
                std::stoi(text.substr(second + 1))};
    }
    std::string text() const {
        return std::to_string(version) + '-' + std::to_string(begin) + '-' + std::to_string(era);
    }
};

}  // namespace

std::string parameter(std::string const& target, std::string const& name) {
    for (char const before : {'?', '&'}) {
        std::size_t const at = target.find(before + name + '=');
        if (at == std::string::npos) continue;
        std::size_t const begin = at + name.size() + 2;
        return target.substr(begin, target.find('&', begin) - begin);
    }
    return {};
}

Answer refusal(int code, std::string const& reason) {
    json::object const status{{"kind", "Status"}, {"code", code}, {"reason", reason}};
    return {code, json::serialize(status), std::nullopt};
}

WatchEvent error_event(int code) {
    return {WatchEvent::Type::error, {{"kind", "Status"}, {"code", code}}};
}

ModelServer::ModelServer(Collection collection, std::uint64_t seed)
    : collection_(std::move(collection)), random_(seed) {}

void ModelServer::pass(TimePoint now) {
    if (!going_since_ || now < gone_at_) return;
    going_since_.reset();
    defined_ = false;
    ++era_;
}

void ModelServer::change(Event event) {
    Objects next = objects();
    if (event.type == WatchEvent::Type::deleted) {
        next.erase(event.key);
    } else {
        next[event.key] = event.version;
    }
    states_[event.version] = std::move(next);
    events_.push_back(std::move(event));
}

void ModelServer::put(std::string const& key) {
    bool const is_new = !objects().contains(key);
    // Other collections have versions too.
    std::uint64_t const version = this->version() + 1 + random_() % 3;
    change({is_new ? WatchEvent::Type::added : WatchEvent::Type::modified, key, version});
}

void ModelServer::remove(std::string const& key) {
    if (objects().contains(key)) change({WatchEvent::Type::deleted, key, version() + 1});
}

void ModelServer::compact() {
    auto const kept = std::next(states_.begin(), static_cast<long>(random_() % states_.size()));
    oldest_ = kept->first;
    states_.erase(states_.begin(), kept);
}

void ModelServer::restore() {
    auto const kept = std::next(states_.begin(), static_cast<long>(random_() % states_.size()));
    states_.erase(std::next(kept), states_.end());
    std::erase_if(events_, [this](Event const& event) { return event.version > version(); });
    ++era_;
}

void ModelServer::delete_definition(TimePoint now) {
    going_since_ = now;
    gone_at_ = now + std::chrono::milliseconds(200 + random_() % 5'000);
    Objects const all = objects();
    for (auto const& [key, version] : all) {
        remove(key);
    }
}

void ModelServer::define() {
    defined_ = true;
    // Nothing of the former kind's history can be asked for.
    std::uint64_t const version = this->version() + 1;
    states_ = {{version, {}}};
    oldest_ = version;
}

Answer ModelServer::list(std::string const& target) {
    if (!defined_) return refusal(404, "NotFound");
    Token place{version(), 0, era_};
    std::string const token = parameter(target, "continue");
    if (!token.empty()) {
        place = Token::parse(token);
        if (!states_.contains(place.version) || place.era != era_) return refusal(410, "Expired");
    } else if (parameter(target, "resourceVersion") == "0") {
        // A cache may be as old as it likes.
        place.version =
            std::next(states_.begin(), static_cast<long>(random_() % states_.size()))->first;
    }
    bool const whole = parameter(target, "limit").empty();
    Objects const& all = states_.at(place.version);
    std::size_t const end = whole ? all.size() : std::min(all.size(), place.begin + kPageObjects);
    json::array items;
    std::size_t index = 0;
    for (auto const& [key, version] : all) {
        if (index >= place.begin && index < end) items.push_back(object(key, version));
        ++index;
    }
    json::object meta{{"resourceVersion", std::to_string(place.version)}};
    if (end < all.size()) meta["continue"] = Token{place.version, end, era_}.text();
    return {200,
            json::serialize(json::object{{"kind", "List"}, {"metadata", meta}, {"items", items}}),
            std::nullopt};
}

Answer ModelServer::discovery(TimePoint now) const {
    if (!defined_) return refusal(404, "NotFound");
    json::array verbs{"delete", "get"};
    bool const told = going_since_ && now >= *going_since_ + kDiscoveryLag;
    if (!told) verbs.emplace_back("create");
    json::object const resource{{"name", collection_.plural}, {"verbs", verbs}};
    return {200, json::serialize(json::object{{"resources", json::array{resource}}}), std::nullopt};
}

std::vector<WatchEvent> ModelServer::events_after(std::uint64_t version) const {
    std::vector<WatchEvent> all;
    for (Event const& event : events_) {
        if (event.version > version) {
            all.push_back({event.type, object(event.key, event.version)});
        }
    }
    return all;
}

WatchEvent ModelServer::bookmark() const {
    return {WatchEvent::Type::bookmark,
            {{"metadata", {{"resourceVersion", std::to_string(version())}}}}};
}

}  // namespace holdfast::controller::kube
