#pragma once

#include <openssl/evp.h>

#include <boost/json.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "controller/certgen/tls_secret.hpp"
#include "tests/support/fake_transport.hpp"

namespace holdfast::test {

/// An API server that has Secrets in the namespace `ns`: creates them once, and updates them as
/// they were read only.
class SecretShelf {
public:
    using Answer = FakeTransport::Answer;
    using Request = FakeTransport::Request;
    using Method = FakeTransport::Method;

    static constexpr char const* kPath = "/api/v1/namespaces/ns/secrets";

    SecretShelf() {
        for (Method const method : {Method::get, Method::post, Method::put}) {
            transport_.on(method, kPath, [this](Request const& request, auto const&, auto) {
                ++requests_;
                // A copy: it may set another one.
                if (auto const hook = before_) hook(requests_);
                return Outcome<Answer>(answer(request));
            });
        }
    }

    [[nodiscard]] FakeTransport& transport() noexcept { return transport_; }
    /// Called before each request is carried out, with its number from 1; what it throws ends the
    /// caller, as a crash does.
    void before(std::function<void(std::size_t)> hook) {
        requests_ = 0;
        before_ = std::move(hook);
    }
    [[nodiscard]] std::size_t requests() const noexcept { return requests_; }

    [[nodiscard]] std::map<std::string, boost::json::object>& stored() noexcept { return stored_; }
    [[nodiscard]] controller::TlsSecret read(std::string const& name) const {
        return controller::parse_tls_secret(serialize(stored_.at(name))).value();
    }
    void store(std::string const& name, controller::TlsSecret const& secret) {
        stored_[name] = taken(boost::json::parse(to_json(secret)).as_object());
    }

private:
    [[nodiscard]] Answer answer(Request const& request) {
        if (request.method == Method::post) return create(request);
        auto const found = stored_.find(request.target.substr(std::string(kPath).size() + 1));
        if (found == stored_.end()) return {404, R"({"kind":"Status"})", {}};
        if (request.method == Method::put) {
            auto object = boost::json::parse(request.body).as_object();
            if (version(object) != version(found->second)) return {409, R"({"kind":"Status"})", {}};
            found->second = taken(std::move(object));
        }
        return {200, serialize(found->second), {}};
    }
    [[nodiscard]] Answer create(Request const& request) {
        auto object = boost::json::parse(request.body).as_object();
        std::string const name(object.at("metadata").at("name").as_string());
        if (stored_.contains(name)) return {409, R"({"kind":"Status"})", {}};
        stored_[name] = taken(std::move(object));
        return {201, serialize(stored_[name]), {}};
    }
    /// As the API server stores it: texts as data, and a version of its own.
    [[nodiscard]] boost::json::object taken(boost::json::object object) {
        boost::json::object data;
        for (auto const& [key, text] : object.at("stringData").as_object()) {
            data[key] = base64(std::string(text.as_string()));
        }
        object.erase("stringData");
        object["data"] = std::move(data);
        object["metadata"].as_object()["resourceVersion"] = std::to_string(++version_);
        return object;
    }
    [[nodiscard]] static boost::json::value version(boost::json::object const& object) {
        return object.at("metadata").at("resourceVersion");
    }
    [[nodiscard]] static std::string base64(std::string const& text) {
        std::vector<unsigned char> coded(text.size() * 4 / 3 + 5);
        int const size =
            EVP_EncodeBlock(coded.data(), reinterpret_cast<unsigned char const*>(text.data()),
                            static_cast<int>(text.size()));
        return {reinterpret_cast<char const*>(coded.data()), static_cast<std::size_t>(size)};
    }

    FakeTransport transport_;
    std::map<std::string, boost::json::object> stored_;
    std::function<void(std::size_t)> before_;
    std::size_t requests_ = 0;
    int version_ = 0;
};

}  // namespace holdfast::test
