#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <variant>

#include "common/base/log.hpp"
#include "controller/certgen/certgen.hpp"
#include "controller/certgen/certgen_secrets.hpp"
#include "controller/controller.hpp"
#include "controller/flags.hpp"
#include "controller/kube/cpprest_transport.hpp"
#include "controller/kube/kubeconfig.hpp"

namespace holdfast::controller {
namespace {

int run(RunFlags const& flags) {
    log::set_level(flags.log_level);
    std::signal(SIGPIPE, SIG_IGN);  // A peer that is gone is an error code, not a death.
    std::signal(SIGHUP, SIG_IGN);   // Everything that may change is watched.
    std::unique_ptr<ClusterSide> cluster;
    if (flags.kube) {
        auto opened = ClusterSide::open(*flags.kube, flags.served);
        if (!opened) {
            log::error("cannot start", {{"error", to_string(opened.error())}});
            return 1;
        }
        cluster = *std::move(opened);
    }
    Controller controller(flags, std::move(cluster));
    return controller.run();
}

int certgen_failed(Failure const& failure) {
    std::string const cause = failure.cause ? ": " + failure.cause.message() : "";
    std::fprintf(stderr, "certgen: %s%s\n", failure.detail.c_str(), cause.c_str());
    return 1;
}

int run(CertgenOptions const& options) {
    auto const written = certgen(options);
    if (!written) return certgen_failed(written.error());
    for (auto const& path : *written) {
        std::printf("%s\n", path.c_str());
    }
    return 0;
}

int run(CertgenSecretsOptions const& options) {
    std::signal(SIGPIPE, SIG_IGN);
    auto cluster = kube::find_cluster(options.kubeconfig);
    if (!cluster) return certgen_failed(cluster.error());
    auto const transport = kube::cpprest_transport(*std::move(cluster));
    auto const settled = certgen_secrets(*transport, options, kube::real_retry_clock(),
                                         [](SecretStep done, std::string const& key) {
                                             std::printf("%s %s\n", to_string(done), key.c_str());
                                         });
    return settled ? 0 : certgen_failed(settled.error());
}

int main_guarded(int argc, char** argv) {
    auto const parsed = parse_flags(argc, argv);
    if (auto const* const exit = std::get_if<EarlyExit>(&parsed)) return say(*exit);
    try {
        return std::visit([](auto const& flags) { return run(flags); },
                          std::get<FlagValues>(parsed));
    } catch (std::exception const& failure) {
        log::error("controller failed", {{"error", failure.what()}});
        return 1;
    }
}

}  // namespace
}  // namespace holdfast::controller

int main(int argc, char** argv) {
    int const code = holdfast::controller::main_guarded(argc, argv);
    holdfast::log::flush();
    return code;
}
