#include "controller/kube/kubeconfig.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/source/base64.hpp"
#include "controller/source/yaml_reader.hpp"

namespace holdfast::controller::kube {
namespace {

namespace fs = std::filesystem;

struct File {
    fs::path path;
    Value root;
};

/// A map of a file, and how people find it: `users[admin].user`.
struct Section {
    File const* file = nullptr;
    std::string field;
    Value const* map = nullptr;
};

/// A list of named entries, each with its content under one key.
struct Kind {
    std::string_view list;
    std::string_view content;
};
constexpr Kind kContexts{"contexts", "context"};
constexpr Kind kClusters{"clusters", "cluster"};
constexpr Kind kUsers{"users", "user"};

/// What would change whom we reach or who we are, and is not done here.
constexpr std::array<std::string_view, 9> kUnsupported{
    "exec", "auth-provider", "proxy-url", "username",     "password",
    "as",   "as-uid",        "as-groups", "as-user-extra"};

/// `FILE: field: message`.
Failure fault(Section const& section, std::string_view name, std::string_view message);
Outcome<std::vector<File>> read_files(std::string_view paths);
Outcome<std::string> current_context(std::vector<File> const& files, std::string_view paths);
Outcome<Section> find(std::vector<File> const& files, Kind kind, std::string const& name);
Outcome<void> read_cluster(Section const& section, Cluster& cluster);
Outcome<void> read_user(Section const& section, Cluster& cluster);
Outcome<std::string> text(Section const& section, std::string_view name);

}  // namespace

Outcome<Cluster> find_cluster(std::string_view paths) {
    if (!paths.empty()) return read_kubeconfig(paths);
    return in_cluster([](char const* name) { return std::getenv(name); }, kServiceAccountDirectory);
}

Outcome<Cluster> read_kubeconfig(std::string_view paths) {
    auto const files = read_files(paths);
    if (!files) return files.error();
    auto const current = current_context(*files, paths);
    if (!current) return current.error();
    auto const context = find(*files, kContexts, *current);
    if (!context) return context.error();

    Cluster result;
    auto const cluster_name = text(*context, "cluster");
    if (!cluster_name) return cluster_name.error();
    auto const cluster = find(*files, kClusters, *cluster_name);
    if (!cluster) return cluster.error();
    if (auto read = read_cluster(*cluster, result); !read) return read.error();

    auto const user_name = text(*context, "user");
    if (!user_name) return user_name.error();
    if (user_name->empty()) return result;
    auto const user = find(*files, kUsers, *user_name);
    if (!user) return user.error();
    if (auto read = read_user(*user, result); !read) return read.error();
    return result;
}

namespace {

Failure fault(Section const& section, std::string_view name, std::string_view message) {
    return {{},
            section.file->path.string() + ": " + field_path(section.field, name) + ": " +
                std::string(message)};
}

Outcome<File> read_file(fs::path const& path) {
    auto const bytes = read(TextOrFile{{}, path});
    if (!bytes) return bytes.error();
    std::vector<Document> documents = read_yaml(*bytes);
    File file{path, documents.empty() ? Value() : std::move(documents.front().root)};
    if (!documents.empty() && !documents.front().faults.empty()) {
        Fault const& first = documents.front().faults.front();
        return Failure{{},
                       path.string() + ":" + std::to_string(first.at.line) + ": " + first.message};
    }
    return file;
}

Outcome<std::vector<File>> read_files(std::string_view paths) {
    std::vector<File> files;
    for (std::string_view rest = paths; !rest.empty();) {
        std::string_view const path = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), path.size() + 1));
        std::error_code ignored;  // What cannot be looked at says so when it is read.
        if (path.empty() || fs::status(path, ignored).type() == fs::file_type::not_found) continue;
        auto file = read_file(path);
        if (!file) return std::move(file).error();
        files.push_back(*std::move(file));
    }
    if (files.empty()) {
        return Failure{{}, "no kubeconfig: none of \"" + std::string(paths) + "\" exists"};
    }
    return files;
}

Outcome<std::string> current_context(std::vector<File> const& files, std::string_view paths) {
    for (File const& file : files) {
        auto name = text({&file, "", &file.root}, "current-context");
        if (!name || !name->empty()) return name;
    }
    return Failure{{}, std::string(paths) + ": current-context: is not set"};
}

/// The first file that has an entry of this name decides.
Outcome<Section> find(std::vector<File> const& files, Kind kind, std::string const& name) {
    for (File const& file : files) {
        Value const* const list = file.root.find(kind.list);
        if (list == nullptr) continue;
        for (Value const& entry : list->items) {
            Value const* const entry_name = entry.find("name");
            if (entry_name == nullptr || entry_name->text != name) continue;
            std::string field(kind.list);
            field.append("[").append(name).append("]");
            Value const* const content = entry.find(kind.content);
            if (content == nullptr || content->kind != Value::Kind::map) {
                return fault({&file, field, nullptr}, kind.content, "must be a map");
            }
            return Section{&file, field_path(field, kind.content), content};
        }
    }
    std::string message = files.front().path.string();
    return Failure{{}, message.append(": ").append(kind.list) + ": has no \"" + name + "\""};
}

/// A member's text; empty without the member.
Outcome<std::string> text(Section const& section, std::string_view name) {
    Value const* const value = section.map->find(name);
    if (value == nullptr || value->kind == Value::Kind::null) return std::string();
    if (value->kind != Value::Kind::string) {
        return fault(section, name,
                     "must be a string, and is " + std::string(describe(value->kind)));
    }
    return value->text;
}

Outcome<void> refuse_unsupported(Section const& section) {
    for (std::string_view const name : kUnsupported) {
        Value const* const value = section.map->find(name);
        if (value != nullptr && value->kind != Value::Kind::null) {
            return fault(section, name, "is not supported");
        }
    }
    return {};
}

/// `name-data` in base64, else the file that `name` says.
Outcome<TextOrFile> pem(Section const& section, std::string const& name) {
    std::string const data_name = name + "-data";
    auto const data = text(section, data_name);
    if (!data) return data.error();
    if (!data->empty()) {
        auto decoded = decode_base64(*data);
        if (!decoded) return fault(section, data_name, "is not base64");
        return TextOrFile{*std::move(decoded), {}};
    }
    auto const path = text(section, name);
    if (!path) return path.error();
    return TextOrFile{{}, path->empty() ? fs::path() : section.file->path.parent_path() / *path};
}

bool has_userinfo(std::string_view url) {
    url.remove_prefix(url.find("://") + 3);
    return url.substr(0, url.find_first_of("/?#")).find('@') != std::string_view::npos;
}

Outcome<void> read_cluster(Section const& section, Cluster& cluster) {
    if (auto refused = refuse_unsupported(section); !refused) return refused;
    auto const server = text(section, "server");
    if (!server) return server.error();
    if (!server->starts_with("https://") && !server->starts_with("http://")) {
        return fault(section, "server", "must be a URL that begins with https://");
    }
    // The server is part of logs and statuses.
    if (has_userinfo(*server)) {
        return fault(section, "server", "must not hold a user or a password");
    }
    auto const server_name = text(section, "tls-server-name");
    if (!server_name) return server_name.error();
    auto const ca = pem(section, "certificate-authority");
    if (!ca) return ca.error();
    Value const* const skip = section.map->find("insecure-skip-tls-verify");
    if (skip != nullptr && skip->kind != Value::Kind::boolean) {
        return fault(section, "insecure-skip-tls-verify", "must be true or false");
    }
    cluster.server = *server;
    cluster.server_name = *server_name;
    cluster.ca = *ca;
    cluster.insecure_skip_tls_verify = skip != nullptr && skip->boolean;
    return {};
}

Outcome<void> read_user(Section const& section, Cluster& cluster) {
    if (auto refused = refuse_unsupported(section); !refused) return refused;
    auto const token = text(section, "token");
    if (!token) return token.error();
    auto const token_file = text(section, "tokenFile");
    if (!token_file) return token_file.error();
    auto const certificate = pem(section, "client-certificate");
    if (!certificate) return certificate.error();
    auto const key = pem(section, "client-key");
    if (!key) return key.error();
    if (certificate->given() != key->given()) {
        return fault(section, certificate->given() ? "client-key" : "client-certificate",
                     "is missing: certificate and key go together");
    }
    // As client-go: the file counts when there are both.
    if (token_file->empty()) {
        cluster.token.text = *token;
    } else {
        cluster.token.file = section.file->path.parent_path() / *token_file;
    }
    cluster.client_certificate = *certificate;
    cluster.client_key = *key;
    return {};
}

}  // namespace
}  // namespace holdfast::controller::kube
