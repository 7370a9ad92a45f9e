#include "controller/certgen/certgen_secrets.hpp"

#include <optional>
#include <utility>

#include "common/base/limits.hpp"
#include "common/model/syntax.hpp"
#include "controller/certgen/tls_secret.hpp"
#include "controller/kube/api_status.hpp"

namespace holdfast::controller {
namespace {

using kube::Method;

/// What is to be done, and the content that the Secret then has.
struct Decision {
    SecretStep step;
    TlsContent content;
};
/// Decides by what is stored; nullptr when nothing is.
using Judge = std::function<Outcome<Decision>(TlsContent const* stored)>;

/// The Secrets of one namespace.
class Secrets {
public:
    Secrets(kube::Transport& transport, std::string const& name_space, kube::RetryClock clock,
            TellSecret const& tell)
        : api_(transport, std::move(clock)), name_space_(name_space), tell_(tell) {}

    /// Reads, judges and writes until the Secret is as judged. Output: what it holds then.
    [[nodiscard]] Outcome<TlsContent> settle(std::string const& name, Judge const& judge);

private:
    enum class Written : std::uint8_t { yes, outrun };

    /// Errors  also a Secret that certgen did not make.
    [[nodiscard]] Outcome<std::optional<TlsSecret>> read(std::string const& name);
    /// Outrun, when the Secret is not what it was when it was read.
    [[nodiscard]] Outcome<Written> write(std::string const& name,
                                         std::optional<TlsSecret> const& stored,
                                         TlsContent const& content);
    [[nodiscard]] Outcome<kube::Answer> call(Method method, std::string target, std::string body);
    /// Of an answer that no step goes on from.
    [[nodiscard]] Failure failure(Method method, std::string const& name,
                                  kube::Answer const& answer) const;
    [[nodiscard]] std::string key(std::string const& name) const {
        return name_space_ + '/' + name;
    }

    kube::PatientCaller api_;
    std::string const& name_space_;
    TellSecret const& tell_;
};

Outcome<void> check(CertgenSecretsOptions const& options);
/// An existing CA is used or refused, never made anew: what trusts it would trust nothing any more.
Outcome<Decision> judge_ca(TlsContent const* stored, LeafOptions const& options);
Outcome<Decision> judge_leaf(WantedLeaf const& wanted, TlsContent const* stored);

}  // namespace

char const* to_string(SecretStep done) noexcept {
    switch (done) {
        case SecretStep::make:
            return "made";
        case SecretStep::keep:
            return "kept";
        case SecretStep::renew:
            break;
    }
    return "renewed";
}

Outcome<void> certgen_secrets(kube::Transport& transport, CertgenSecretsOptions const& options,
                              kube::RetryClock clock, TellSecret const& tell) {
    if (auto checked = check(options); !checked) return std::move(checked).error();
    LeafOptions const& leaves = options.leaves;
    Secrets secrets(transport, options.name_space, std::move(clock), tell);
    auto const stored_ca =
        secrets.settle(options.prefix + "-ca",
                       [&leaves](TlsContent const* stored) { return judge_ca(stored, leaves); });
    if (!stored_ca) return stored_ca.error();
    auto const ca = read_ca(stored_ca->pem);
    if (!ca) return ca.error();
    for (auto const& [name, leaf] : {std::pair("-controller-tls", Leaf::controller),
                                     std::pair("-dataplane-tls", Leaf::dataplane)}) {
        WantedLeaf const wanted{.leaf = leaf, .options = leaves, .ca = *ca};
        auto settled = secrets.settle(options.prefix + name, [&wanted](TlsContent const* stored) {
            return judge_leaf(wanted, stored);
        });
        if (!settled) return std::move(settled).error();
    }
    return {};
}

namespace {

Outcome<void> check(CertgenSecretsOptions const& options) {
    // The longest of the three names.
    std::string const name = options.prefix + "-controller-tls";
    if (!model::is_name(options.name_space) || !model::is_name(name)) {
        return Failure{{}, "--secrets must be NAMESPACE/PREFIX"};
    }
    return check(options.leaves);
}

Outcome<Decision> judge_ca(TlsContent const* stored, LeafOptions const& options) {
    if (stored == nullptr) {
        auto const ca = make_ca();
        if (!ca) return ca.error();
        auto pem = to_pem(*ca);
        if (!pem) return std::move(pem).error();
        return Decision{.step = SecretStep::make, .content = {.pem = *std::move(pem), .ca = {}}};
    }
    auto const ca = usable_ca(stored->pem, options, WallClock::now());
    if (!ca) return Failure{{}, "cannot be used as a CA: " + ca.error().detail};
    return Decision{.step = SecretStep::keep, .content = *stored};
}

Outcome<Decision> judge_leaf(WantedLeaf const& wanted, TlsContent const* stored) {
    SecretStep const step = leaf_step(wanted, stored, WallClock::now());
    if (step == SecretStep::keep) return Decision{.step = step, .content = *stored};
    auto const leaf = make_leaf(wanted.leaf, wanted.options, wanted.ca);
    if (!leaf) return leaf.error();
    auto pem = to_pem(*leaf);
    if (!pem) return std::move(pem).error();
    auto ca = to_pem(wanted.ca);
    if (!ca) return std::move(ca).error();
    return Decision{.step = step,
                    .content = {.pem = *std::move(pem), .ca = std::move(ca->certificate)}};
}

Outcome<TlsContent> Secrets::settle(std::string const& name, Judge const& judge) {
    for (int i = 0; i < limits::secret_tries_max; ++i) {
        auto const stored = read(name);
        if (!stored) return stored.error();
        auto decision = judge(*stored ? &(*stored)->content : nullptr);
        if (!decision) return Failure{{}, "Secret " + key(name) + ' ' + decision.error().detail};
        if (decision->step != SecretStep::keep) {
            auto const written = write(name, *stored, decision->content);
            if (!written) return written.error();
            if (*written == Written::outrun) continue;
        }
        tell_(decision->step, key(name));
        return std::move(decision->content);
    }
    return Failure{{}, "Secret " + key(name) + " is written by others all the time"};
}

Outcome<std::optional<TlsSecret>> Secrets::read(std::string const& name) {
    auto const answer = call(Method::get, '/' + name, {});
    if (!answer) return answer.error();
    if (answer->status == 404) return std::optional<TlsSecret>();
    if (answer->status != 200) return failure(Method::get, name, *answer);
    auto secret = parse_tls_secret(answer->body);
    if (!secret) return std::move(secret).error();
    if (!secret->ours) {
        return Failure{{},
                       "Secret " + key(name) +
                           " is not certgen's, which has the label app.kubernetes.io/managed-by: "
                           "holdfast-certgen, and is not overwritten"};
    }
    return std::optional(*std::move(secret));
}

Outcome<Secrets::Written> Secrets::write(std::string const& name,
                                         std::optional<TlsSecret> const& stored,
                                         TlsContent const& content) {
    TlsSecret secret = stored ? *stored : new_tls_secret(name_space_, name);
    secret.content = content;
    Method const method = stored ? Method::put : Method::post;
    auto const answer = call(method, stored ? '/' + name : "", to_json(secret));
    if (!answer) return answer.error();
    if (answer->status / 100 == 2) return Written::yes;
    // A POST is answered with 404 where there is no such namespace.
    bool const deleted = answer->status == 404 && stored;
    if (answer->status == 409 || deleted) return Written::outrun;
    return failure(method, name, *answer);
}

Outcome<kube::Answer> Secrets::call(Method method, std::string target, std::string body) {
    return api_.call({.method = method,
                      .target = "/api/v1/namespaces/" + name_space_ + "/secrets" + target,
                      .body = body,
                      .content_type = body.empty() ? "" : "application/json",
                      .silence_timeout = limits::patient_call_timeout});
}

Failure Secrets::failure(Method method, std::string const& name, kube::Answer const& answer) const {
    std::string const verb = method == Method::get    ? "get"
                             : method == Method::post ? "create"
                                                      : "update";
    std::string text = "cannot " + verb + " Secret " + key(name) + ": " +
                       kube::to_string(kube::api_status(answer));
    if (answer.status == 403) {
        // The right to create one cannot be bound to a name.
        text += "; missing is the right to " + verb + " secrets in " + name_space_ +
                (method == Method::post ? "" : ", of the name " + name);
    }
    return Failure{{}, std::move(text)};
}

}  // namespace
}  // namespace holdfast::controller
