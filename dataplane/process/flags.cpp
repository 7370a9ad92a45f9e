#include "dataplane/process/flags.hpp"

#include <utility>

#include "common/command_line/values.hpp"
#include "dataplane/process/resources.hpp"

namespace holdfast {
namespace {

/// As typed; what it means is found out when all flags are known.
struct Texts {
    std::vector<std::string> controllers;
    std::string admin_listen = "127.0.0.1:19000";
    std::string probes_listen = "0.0.0.0:19001";
    std::string drain_delay = "15s";
    std::string drain_timeout = "300s";
    std::string log_level = "info";
    PushTlsFiles tls;
};

void declare_push(CLI::App& app, Flags& flags, Texts& texts);
void declare_serving(CLI::App& app, Flags& flags, Texts& texts);
Flags finish(Flags flags, Texts const& texts);

}  // namespace

std::variant<Flags, EarlyExit> parse_flags(int argc, char const* const* argv) {
    CLI::App app("Holdfast's data plane: holds WebSockets, and lets go of them gracefully.",
                 "holdfast-dataplane");
    app.set_version_flag("--version", HOLDFAST_VERSION);
    Flags flags;
    flags.workers = usable_cores();
    Texts texts;
    declare_push(app, flags, texts);
    declare_serving(app, flags, texts);
    try {
        app.parse(argc, argv);
        return finish(std::move(flags), texts);
    } catch (CLI::ParseError const& thrown) {
        return early_exit(app, thrown);
    }
}

namespace {

void declare_push(CLI::App& app, Flags& flags, Texts& texts) {
    app.add_option("--controller", texts.controllers,
                   "A controller: host:port (mTLS) or unix:PATH; repeatable")
        ->type_name("ADDR")
        ->required();
    app.add_option("--gateway", flags.gateway, "The Gateway to serve")
        ->type_name("NS/NAME")
        ->required();
    app.add_option("--node", flags.node, "This data plane's name (the host's)")->type_name("NAME");
    app.add_option("--tls-cert", texts.tls.certificate, "This data plane's certificate chain, PEM")
        ->type_name("FILE");
    app.add_option("--tls-key", texts.tls.key, "Its key, PEM")->type_name("FILE");
    app.add_option("--tls-ca", texts.tls.ca, "CA of the controllers' certificates, PEM")
        ->type_name("FILE");
    app.add_option("--state-dir", flags.state_dir,
                   "Keep the last good table here; it holds keys, so use a tmpfs")
        ->type_name("DIR");
}

void declare_serving(CLI::App& app, Flags& flags, Texts& texts) {
    app.add_option("--bind", flags.bind, "IP address that listeners bind")
        ->type_name("ADDRESS")
        ->capture_default_str();
    app.add_option("--admin-listen", texts.admin_listen,
                   "/config_dump /sessions /drain /undrain /logging; keep it on loopback")
        ->type_name("ADDR:PORT")
        ->capture_default_str();
    app.add_option("--probes-listen", texts.probes_listen, "/livez /readyz /metrics")
        ->type_name("ADDR:PORT")
        ->capture_default_str();
    app.add_option("--workers", flags.workers, "Threads that hold sessions")
        ->type_name("N")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    app.add_option("--drain-delay", texts.drain_delay, "From SIGTERM to the first close")
        ->type_name("DURATION")
        ->capture_default_str();
    app.add_option("--drain-timeout", texts.drain_timeout, "From the first close to the last")
        ->type_name("DURATION")
        ->capture_default_str();
    app.add_option("--access-log", flags.access_log, "File, or - for standard output")
        ->type_name("FILE")
        ->capture_default_str();
    declare_log_level(app, texts.log_level);
}

ControllerAddress to_controller(std::string const& text) {
    constexpr std::string_view kUnix = "unix:";
    if (text.starts_with(kUnix) && text.size() > kUnix.size()) {
        return {{}, text.substr(kUnix.size())};
    }
    auto const address = parse_address(text);
    if (!address || address->port == 0) {
        throw CLI::ValidationError("--controller", "must be host:port or unix:PATH, not " + text);
    }
    return {*address, {}};
}

Flags finish(Flags flags, Texts const& texts) {
    bool any_tcp = false;
    for (auto const& text : texts.controllers) {
        flags.controllers.push_back(to_controller(text));
        any_tcp |= flags.controllers.back().socket.empty();
    }
    auto const& tls = texts.tls;
    if (any_tcp) {
        if (tls.certificate.empty() || tls.key.empty() || tls.ca.empty()) {
            throw CLI::ValidationError("--tls-cert, --tls-key, --tls-ca",
                                       "are all needed for a controller at host:port");
        }
        flags.tls = tls;
    }
    auto const slash = flags.gateway.find('/');
    bool const named = slash != std::string::npos && slash > 0 && slash + 1 < flags.gateway.size();
    if (!named || flags.gateway.find('/', slash + 1) != std::string::npos) {
        throw CLI::ValidationError("--gateway", "must be namespace/name, not " + flags.gateway);
    }
    if (flags.node.empty()) flags.node = host_name();
    if (!ip_family(flags.bind)) {
        throw CLI::ValidationError("--bind", "must be an IP address, not " + flags.bind);
    }
    flags.admin_listen = to_address("--admin-listen", texts.admin_listen);
    flags.probes_listen = to_address("--probes-listen", texts.probes_listen);
    flags.drain.delay = to_duration("--drain-delay", texts.drain_delay);
    flags.drain.timeout = to_duration("--drain-timeout", texts.drain_timeout);
    flags.log_level = to_log_level(texts.log_level);
    return flags;
}

}  // namespace
}  // namespace holdfast
