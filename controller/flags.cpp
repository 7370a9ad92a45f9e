#include "controller/flags.hpp"

#include <format>
#include <random>
#include <utility>

#include "common/command_line/values.hpp"

namespace holdfast::controller {
namespace {

struct KubeTexts {
    bool in_cluster = false;
    std::string lease = "holdfast-system/holdfast-controller";
    std::string identity;
    std::string lease_duration = "15s";
    std::string renew_deadline = "10s";
    std::string retry_period = "2s";
    KubeFlags flags;
};

struct CertgenTexts {
    std::string out;
    std::string ca;
    std::string secrets;
    std::string kubeconfig;
    std::vector<std::string> dns;
    LeafOptions leaves;
};

/// As typed; what it means is found out when all flags are known.
struct Texts {
    std::string broken_manifests_wait = "60s";
    std::string push_listen;
    std::string status_listen = "127.0.0.1:19002";
    std::string log_level = "info";
    TlsFiles tls;
    KubeTexts kube;
    CertgenTexts certgen;
    std::vector<std::string> gateways;
};

void declare_run(CLI::App& app, RunFlags& flags, Texts& texts);
void declare_kube(CLI::App& app, KubeTexts& texts);
std::optional<KubeFlags> finish_kube(KubeTexts const& texts);
CLI::App* declare_certgen(CLI::App& app, CertgenTexts& texts);
CLI::App* declare_translate(CLI::App& app, TranslateOptions& options);
FlagValues finish_certgen(CertgenTexts const& texts);
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
    TranslateOptions translate;
    Texts texts;
    declare_run(app, run, texts);
    declare_kube(app, texts.kube);
    app.add_subcommand("run", "Run the controller (the default)")->fallthrough();
    CLI::App const* const certgen_command = declare_certgen(app, texts.certgen);
    CLI::App const* const translate_command = declare_translate(app, translate);
    app.require_subcommand(0, 1);
    try {
        app.parse(argc, argv);
        if (certgen_command->parsed()) return finish_certgen(texts.certgen);
        if (translate_command->parsed()) return FlagValues(translate);
        return FlagValues(finish_run(std::move(run), texts));
    } catch (CLI::ParseError const& thrown) {
        return early_exit(app, thrown);
    }
}

namespace {

void declare_run(CLI::App& app, RunFlags& flags, Texts& texts) {
    app.add_option("--manifests", flags.manifests, "Directory of YAML manifests; watched")
        ->type_name("DIR");
    app.add_option("--gateway", texts.gateways,
                   "Serve only this Gateway; repeatable (every one of our classes)")
        ->type_name("NS/NAME");
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

void declare_kube(CLI::App& app, KubeTexts& texts) {
    app.add_flag("--in-cluster", texts.in_cluster,
                 "Read the Kubernetes API as this pod's service account");
    app.add_option("--kubeconfig", texts.flags.kubeconfig,
                   "Read the Kubernetes API as this file's current context says")
        ->type_name("FILE");
    app.add_option("--namespace", texts.flags.namespaces,
                   "Read only this namespace; repeatable (all)")
        ->type_name("NS");
    app.add_option("--gateway-service", texts.flags.gateway_service,
                   "Service of the data planes, whose address is the Gateway's")
        ->type_name("NS/NAME");
    app.add_option("--lease", texts.lease, "Lease that decides which controller writes statuses")
        ->type_name("NS/NAME")
        ->capture_default_str();
    app.add_option("--identity", texts.identity, "This controller's name in the Lease (the host's)")
        ->type_name("NAME");
    app.add_option("--leader-elect-lease-duration", texts.lease_duration,
                   "Others take over after so long without a renewal")
        ->type_name("DURATION")
        ->capture_default_str();
    app.add_option("--leader-elect-renew-deadline", texts.renew_deadline,
                   "The leader gives up after so long without a renewal")
        ->type_name("DURATION")
        ->capture_default_str();
    app.add_option("--leader-elect-retry-period", texts.retry_period, "Between two renewals")
        ->type_name("DURATION")
        ->capture_default_str();
}

CLI::App* declare_certgen(CLI::App& app, CertgenTexts& texts) {
    CLI::App* const command = app.add_subcommand(
        "certgen", "Make a CA and certificates for the controller and a Gateway's data planes");
    command->add_option("--out", texts.out, "Directory to write to; nothing is overwritten")
        ->type_name("DIR");
    command
        ->add_option("--ca", texts.ca,
                     "With --out: directory of a CA to sign with; without it, a new one")
        ->type_name("DIR");
    command
        ->add_option("--secrets", texts.secrets,
                     "In place of --out: Secrets, by namespace and beginning of their names; what "
                     "is good is kept")
        ->type_name("NS/PREFIX");
    command
        ->add_option("--kubeconfig", texts.kubeconfig,
                     "With --secrets: the cluster; without it, as this pod's service account")
        ->type_name("FILE");
    command
        ->add_option("--gateway", texts.leaves.gateways,
                     "A Gateway whose table the data planes get; repeatable")
        ->type_name("NS/NAME")
        ->required();
    command
        ->add_option("--dns", texts.dns,
                     "Host name of the controller; repeatable (localhost, holdfast-controller)")
        ->type_name("NAME");
    command->add_option("--days", texts.leaves.days, "How long the two leaf certificates are valid")
        ->check(CLI::Range(1, 3650))
        ->capture_default_str();
    return command;
}

CLI::App* declare_translate(CLI::App& app, TranslateOptions& options) {
    CLI::App* const command =
        app.add_subcommand("translate", "Print the tables and statuses that manifests give");
    command->add_option("-f,--file", options.files, "Manifest, or directory of them; repeatable")
        ->type_name("FILE")
        ->required();
    return command;
}

/// Two names with a slash between them.
std::pair<std::string, std::string> split_key(char const* flag, std::string const& key) {
    std::size_t const slash = key.find('/');
    bool const good = slash != std::string::npos && slash > 0 && slash + 1 < key.size() &&
                      key.find('/', slash + 1) == std::string::npos;
    if (!good) throw CLI::ValidationError(flag, "must be namespace/name, not " + key);
    return {key.substr(0, slash), key.substr(slash + 1)};
}

FlagValues finish_certgen(CertgenTexts const& texts) {
    if (texts.out.empty() == texts.secrets.empty()) {
        throw CLI::ValidationError("--out, --secrets", "exactly one of them says where to write");
    }
    LeafOptions leaves = texts.leaves;
    if (!texts.dns.empty()) leaves.dns = texts.dns;
    if (texts.secrets.empty()) {
        if (!texts.kubeconfig.empty())
            throw CLI::ValidationError("--kubeconfig", "needs --secrets");
        return CertgenOptions{.out = texts.out, .ca = texts.ca, .leaves = std::move(leaves)};
    }
    if (!texts.ca.empty()) throw CLI::ValidationError("--ca", "needs --out");
    auto [name_space, prefix] = split_key("--secrets", texts.secrets);
    return CertgenSecretsOptions{.name_space = std::move(name_space),
                                 .prefix = std::move(prefix),
                                 .kubeconfig = texts.kubeconfig,
                                 .leaves = std::move(leaves)};
}

/// Never used again, so that a controller does not take its predecessor's lease for its own.
std::string unique_identity(std::string const& name) {
    std::random_device random;
    return std::format("{}_{:08x}{:08x}", name.empty() ? host_name() : name, random(), random());
}

std::optional<KubeFlags> finish_kube(KubeTexts const& texts) {
    if (!texts.in_cluster && texts.flags.kubeconfig.empty()) return std::nullopt;
    KubeFlags flags = texts.flags;
    if (texts.in_cluster && !flags.kubeconfig.empty()) {
        throw CLI::ValidationError("--in-cluster, --kubeconfig", "exclude each other");
    }
    if (!flags.gateway_service.empty()) split_key("--gateway-service", flags.gateway_service);
    auto [name_space, name] = split_key("--lease", texts.lease);
    flags.candidacy = {
        .name_space = std::move(name_space),
        .name = std::move(name),
        .identity = unique_identity(texts.identity),
        .times = {.lease = std::chrono::floor<std::chrono::seconds>(
                      to_duration("--leader-elect-lease-duration", texts.lease_duration)),
                  .renew = to_duration("--leader-elect-renew-deadline", texts.renew_deadline),
                  .retry = to_duration("--leader-elect-retry-period", texts.retry_period)}};
    if (std::string const why = fault(flags.candidacy.times); !why.empty()) {
        throw CLI::ValidationError("--leader-elect-*", why);
    }
    return flags;
}

RunFlags finish_run(RunFlags flags, Texts const& texts) {
    flags.kube = finish_kube(texts.kube);
    for (std::string const& key : texts.gateways) {
        split_key("--gateway", key);
        flags.served.gateways.insert(key);
    }
    if (flags.manifests.empty() == !flags.kube) {
        throw CLI::ValidationError("--manifests, --kubeconfig, --in-cluster",
                                   "exactly one of them says where objects come from");
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
