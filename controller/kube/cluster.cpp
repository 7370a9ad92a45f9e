#include "controller/kube/cluster.hpp"

#include <cerrno>
#include <fstream>
#include <optional>
#include <string_view>

#include "common/base/limits.hpp"

namespace holdfast::controller::kube {
namespace {

Outcome<std::string> variable(Environment const& environment, char const* name);

}  // namespace

Outcome<std::string> read(TextOrFile const& source) {
    if (source.file.empty()) {
        return source.text;
    }
    errno = 0;
    std::ifstream file(source.file, std::ios::binary);
    std::string text(limits::credential_bytes_max + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (!file.is_open() || file.bad()) {
        return Failure{{errno, boost::system::system_category()},
                       "cannot read " + source.file.string()};
    }
    if (text.size() > limits::credential_bytes_max) {
        return Failure{{}, source.file.string() + " is too long for what it should hold"};
    }
    return text;
}

Outcome<Cluster> in_cluster(Environment const& environment,
                            std::filesystem::path const& directory) {
    auto host = variable(environment, "KUBERNETES_SERVICE_HOST");
    if (!host) return std::move(host).error();
    auto port = variable(environment, "KUBERNETES_SERVICE_PORT");
    if (!port) return std::move(port).error();

    Cluster cluster;
    bool const ipv6 = host->find(':') != std::string::npos;
    cluster.server = "https://" + (ipv6 ? '[' + *host + ']' : *host) + ':' + *port;
    cluster.token.file = directory / "token";
    cluster.ca.file = directory / "ca.crt";
    for (TextOrFile const& file : {cluster.token, cluster.ca}) {
        if (auto content = read(file); !content) return std::move(content).error();
    }
    return cluster;
}

namespace {

Outcome<std::string> variable(Environment const& environment, char const* name) {
    char const* const value = environment(name);
    if (value == nullptr || *value == '\0') {
        return Failure{{}, std::string("not in a pod: ") + name + " is not set"};
    }
    return std::string(value);
}

}  // namespace
}  // namespace holdfast::controller::kube
