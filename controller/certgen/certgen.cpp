#include "controller/certgen/certgen.hpp"

#include <string>
#include <utility>

#include "controller/certgen/private_files.hpp"
#include "controller/kube/cluster.hpp"

namespace holdfast::controller {
namespace {

namespace fs = std::filesystem;

/// The CA that lies in a directory.
Outcome<Identity> load_ca(fs::path const& directory);
/// Appends `NAME.crt` and `NAME.key`.
Outcome<void> add_files(std::vector<PrivateFile>& files, std::string const& name,
                        Outcome<Identity> const& identity);

}  // namespace

Outcome<std::vector<fs::path>> certgen(CertgenOptions const& options) {
    if (auto checked = check(options.leaves); !checked) return std::move(checked).error();
    bool const is_new = options.ca.empty();
    auto const ca = is_new ? make_ca() : load_ca(options.ca);
    if (!ca) return ca.error();
    std::vector<PrivateFile> files;
    if (is_new) {
        if (auto added = add_files(files, "ca", ca); !added) return std::move(added).error();
    }
    for (auto const& [name, leaf] :
         {std::pair("controller", Leaf::controller), std::pair("dataplane", Leaf::dataplane)}) {
        auto added = add_files(files, name, make_leaf(leaf, options.leaves, *ca));
        if (!added) return std::move(added).error();
    }
    return write_private_files(options.out, files);
}

namespace {

Outcome<Identity> load_ca(fs::path const& directory) {
    auto certificate = kube::read({.text = {}, .file = directory / "ca.crt"});
    if (!certificate) return std::move(certificate).error();
    auto key = kube::read({.text = {}, .file = directory / "ca.key"});
    if (!key) return std::move(key).error();
    auto ca = read_ca({.certificate = *std::move(certificate), .key = *std::move(key)});
    if (!ca) {
        return Failure{
            {}, "cannot use ca.crt and ca.key in " + directory.string() + ": " + ca.error().detail};
    }
    return ca;
}

Outcome<void> add_files(std::vector<PrivateFile>& files, std::string const& name,
                        Outcome<Identity> const& identity) {
    if (!identity) return identity.error();
    auto pem = to_pem(*identity);
    if (!pem) return std::move(pem).error();
    files.push_back({name + ".crt", std::move(pem->certificate)});
    files.push_back({name + ".key", std::move(pem->key)});
    return {};
}

}  // namespace
}  // namespace holdfast::controller
