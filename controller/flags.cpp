#include "controller/flags.hpp"

#include <utility>

#include "common/command_line/values.hpp"

namespace holdfast::controller {
namespace {

/// As typed; what it means is found out when all flags are known.
struct Texts {
    std::string broken_manifests_wait = "60s";
    std::string push_listen;
    std::string status_listen = "127.0.0.1:19002";
    std::string log_level = "info";
    TlsFiles tls;
    std::vector<std::string> dns;
};

void declare_run(CLI::App& app, RunFlags& flags, Texts& texts);
CLI::App* declare_certgen(CLI::App& app, CertgenOptions& options, Texts& texts);
RunFlags finish_run(RunFlags flags, Texts const& texts);

/// Where the push port is when certificates are given and nothing else is said.
Address const kPushListen{"::", 18000};

}  // namespace

std::variant<FlagValues, EarlyExit> parse_flags(int argc, char const* const* argv) {
    CLI::App app(
        "Holdfast's controller: turns manifests into tables and pushes them to data planes.",
        "holdfast-controller");
    app.set_version_flag("--version", HOLDFAST_VERSION);
    RunFlags run;
    CertgenOptions certgen;
    Texts texts;
    declare_run(app, run, texts);
    app.add_subcommand("run", "Run the controller (the default)")->fallthrough();
    CLI::App const* const certgen_command = declare_certgen(app, certgen, texts);
    app.require_subcommand(0, 1);
    try {
        app.parse(argc, argv);
        if (certgen_command->parsed()) {
            if (!texts.dns.empty()) certgen.dns = texts.dns;
            return FlagValues(certgen);
        }
        return FlagValues(finish_run(std::move(run), texts));
    } catch (CLI::ParseError const& thrown) {
        return early_exit(app, thrown);
    }
}

namespace {

void declare_run(CLI::App& app, RunFlags& flags, Texts& texts) {
    app.add_option("--manifests", flags.manifests, "Directory of YAML manifests; watched")
        ->type_name("DIR");
    app.add_option("--broken-manifests-wait", texts.broken_manifests_wait,
                   "How long the first tables wait for manifests that are broken at the start")
        ->type_name("DURATION")
        ->capture_default_str();
    app.add_option("--push-listen", texts.push_listen,
                   "Push port, mTLS; with certificates [::]:18000 by default")
        ->type_name("ADDR:PORT");
    app.add_option("--push-socket", flags.push_socket, "Push on a Unix socket of mode 0600")
        ->type_name("PATH");
    app.add_option("--tls-cert", texts.tls.certificate, "The controller's certificate chain, PEM")
        ->type_name("FILE");
    app.add_option("--tls-key", texts.tls.key, "Its key, PEM")->type_name("FILE");
    app.add_option("--tls-ca", texts.tls.ca, "CA of the data planes' certificates, PEM")
        ->type_name("FILE");
    app.add_option("--status-listen", texts.status_listen, "/livez /readyz /metrics /status")
        ->type_name("ADDR:PORT")
        ->capture_default_str();
    declare_log_level(app, texts.log_level);
}

CLI::App* declare_certgen(CLI::App& app, CertgenOptions& options, Texts& texts) {
    CLI::App* const command = app.add_subcommand(
        "certgen", "Write a CA and certificates for the controller and a Gateway's data planes");
    command->add_option("--out", options.out, "Directory to write to; nothing is overwritten")
        ->type_name("DIR")
        ->required();
    command->add_option("--ca", options.ca, "Directory of a CA to sign with; without it, a new one")
        ->type_name("DIR");
    command
        ->add_option("--gateway", options.gateways,
                     "A Gateway whose table the data planes get; repeatable")
        ->type_name("NS/NAME")
        ->required();
    command
        ->add_option("--dns", texts.dns,
                     "Host name of the controller; repeatable (localhost, holdfast-controller)")
        ->type_name("NAME");
    command->add_option("--days", options.days, "How long the two leaf certificates are valid")
        ->check(CLI::Range(1, 3650))
        ->capture_default_str();
    return command;
}

RunFlags finish_run(RunFlags flags, Texts const& texts) {
    if (flags.manifests.empty()) {
        throw CLI::RequiredError("--manifests");
    }
    flags.broken_manifests_wait =
        to_duration("--broken-manifests-wait", texts.broken_manifests_wait);
    flags.status_listen = to_address("--status-listen", texts.status_listen);
    flags.log_level = to_log_level(texts.log_level);
    TlsFiles const& tls = texts.tls;
    bool const any = !tls.certificate.empty() || !tls.key.empty() || !tls.ca.empty();
    bool const all = !tls.certificate.empty() && !tls.key.empty() && !tls.ca.empty();
    if ((any || !texts.push_listen.empty()) && !all) {
        throw CLI::ValidationError("--tls-cert, --tls-key, --tls-ca",
                                   "are all needed for the push port");
    }
    if (all) {
        flags.tls = tls;
        flags.push_listen = texts.push_listen.empty()
                                ? kPushListen
                                : to_address("--push-listen", texts.push_listen);
    }
    return flags;
}

}  // namespace
}  // namespace holdfast::controller
