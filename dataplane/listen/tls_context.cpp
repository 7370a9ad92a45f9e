#include "dataplane/listen/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/ascii.hpp"
#include "common/base/assert.hpp"
#include "common/base/not_after.hpp"
#include "common/base/openssl.hpp"
#include "common/model/hostname.hpp"

namespace holdfast::listen {
namespace {

using BioPtr = openssl::Owned<BIO>;
using X509Ptr = openssl::Owned<X509>;
using KeyPtr = openssl::Owned<EVP_PKEY>;

bool configure(SSL_CTX* context) noexcept;
bool use_chain(SSL_CTX* context, std::string const& pem);
bool use_key(SSL_CTX* context, std::string const& pem);
std::string last_openssl_error();
bool names_host(SSL_CTX const* context, std::string_view server_name) noexcept;
/// Where an SSL object keeps the names of its port.
int port_slot() noexcept;

}  // namespace

Checked<std::shared_ptr<TlsContexts const>> TlsContexts::build(model::Table const& table,
                                                               TlsContexts const* previous) {
    auto built = std::make_shared<TlsContexts>();
    std::vector<Problem> problems;
    for (auto const& [name, certificate] : table.certificates) {
        if (previous != nullptr) {
            auto const old = previous->loaded_.find(name);
            if (old != previous->loaded_.end() && *old->second->source == *certificate) {
                built->loaded_.insert(*old);
                continue;
            }
        }
        auto loaded = load(name, certificate);
        if (loaded.has_error()) {
            auto const faults = loaded.error();
            problems.insert(problems.end(), faults.begin(), faults.end());
        } else {
            built->loaded_.emplace(name, *loaded);
        }
    }
    if (!problems.empty()) return problems;
    built->bare_ = new_context();
    if (!built->bare_) return std::vector<Problem>{{"Table", "listeners", last_openssl_error()}};
    built->index(table);
    return std::shared_ptr<TlsContexts const>(std::move(built));
}

bool TlsContexts::is_tls(std::uint16_t port) const noexcept { return ports_.contains(port); }

SSL* TlsContexts::new_server(std::uint16_t port) const noexcept {
    auto const found = ports_.find(port);
    HOLDFAST_ASSERT(found != ports_.end());
    auto const* const fallback = found->second.find({});
    SSL* const ssl = SSL_new(fallback == nullptr ? bare_.get() : fallback->context.get());
    if (ssl == nullptr) return nullptr;
    SSL_set_accept_state(ssl);
    SSL_set_ex_data(ssl, port_slot(), const_cast<Port*>(&found->second));
    return ssl;
}

std::vector<TlsContexts::Expiry> TlsContexts::expiries() const {
    std::vector<Expiry> expiries;
    for (auto const& [name, loaded] : loaded_)
        expiries.push_back({name, loaded->not_after});
    return expiries;
}

Checked<std::shared_ptr<TlsContexts::Loaded const>> TlsContexts::load(
    std::string const& name, std::shared_ptr<model::Certificate const> source) {
    auto const problem = [&](char const* field, std::string message) {
        return std::vector<Problem>{{"Certificate " + name, field, std::move(message)}};
    };
    auto loaded = std::make_shared<Loaded>();
    loaded->context = new_context();
    auto* const context = loaded->context.get();
    if (context == nullptr) {
        // Memory is short here: that is no fault of the certificate, so it is not named as one.
        return std::vector<Problem>{{"", "", "certificate " + name + ": " + last_openssl_error()}};
    }
    if (!use_chain(context, source->chain_pem)) return problem("chainPem", last_openssl_error());
    if (!use_key(context, source->key_pem)) return problem("keyPem", last_openssl_error());
    loaded->source = std::move(source);
    loaded->not_after =
        not_after(SSL_CTX_get0_certificate(context)).value_or(WallClock::time_point());
    return std::shared_ptr<Loaded const>(std::move(loaded));
}

TlsContexts::ContextPtr TlsContexts::new_context() {
    ContextPtr context(SSL_CTX_new(TLS_server_method()));
    if (!context || !configure(context.get())) return nullptr;
    SSL_CTX_set_tlsext_servername_callback(context.get(), choose_certificate);
    return context;
}

void TlsContexts::index(model::Table const& table) {
    for (auto const& [name, listener] : table.listeners) {
        if (listener->protocol != model::ListenerProtocol::https) continue;
        ServerName entry{.pattern = listener->hostname, .certificates = {}};
        for (auto const& certificate : listener->certificates) {
            auto const found = loaded_.find(certificate);
            if (found != loaded_.end()) entry.certificates.push_back(found->second.get());
        }
        ports_[listener->port].names.push_back(std::move(entry));
    }
    for (auto& [number, port] : ports_) {
        std::ranges::stable_sort(port.names, [](ServerName const& a, ServerName const& b) {
            return model::more_specific(a.pattern, b.pattern);
        });
    }
}

TlsContexts::Loaded const* TlsContexts::Port::find(std::string_view server_name) const noexcept {
    for (auto const& name : names) {
        if (server_name.empty() || !model::matches_host(name.pattern, server_name)) continue;
        for (auto const* const certificate : name.certificates) {
            if (names_host(certificate->context.get(), server_name)) return certificate;
        }
        return name.first();
    }
    // A client without a server name, or with a strange one, is greeted by the least specific
    // listener; what it then asks for is judged by its Host.
    return names.back().first();
}

TlsContexts::Loaded const* TlsContexts::ServerName::first() const noexcept {
    return certificates.empty() ? nullptr : certificates.front();
}

int TlsContexts::choose_certificate(SSL* ssl, int* alert, void*) noexcept {
    char const* const server_name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    auto const* const port = static_cast<Port const*>(SSL_get_ex_data(ssl, port_slot()));
    if (server_name == nullptr || port == nullptr) return SSL_TLSEXT_ERR_NOACK;
    auto const* const chosen = port->find(to_lower(server_name));
    if (chosen == nullptr) {
        *alert = SSL_AD_UNRECOGNIZED_NAME;
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    SSL_set_SSL_CTX(ssl, chosen->context.get());
    return SSL_TLSEXT_ERR_OK;
}

namespace {

constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int choose_protocol(SSL*, unsigned char const** chosen, unsigned char* chosen_length,
                    unsigned char const* offered, unsigned int offered_length, void*) noexcept {
    unsigned char* selected = nullptr;
    int const result = SSL_select_next_proto(&selected, chosen_length, kHttp11.data(),
                                             kHttp11.size(), offered, offered_length);
    *chosen = selected;
    // A client that speaks only HTTP/2 would read our HTTP/1.1 as noise (RFC 7301 §3.2).
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool configure(SSL_CTX* context) noexcept {
    SSL_CTX_set_options(
        context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // Idle sessions own no record buffers; a write may be taken in part and offered again from
    // another address.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    // Resumption is by tickets alone; a cache would be memory per client.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}

BioPtr reader(std::string const& pem) {
    return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

bool use_chain(SSL_CTX* context, std::string const& pem) {
    auto const bio = reader(pem);
    X509Ptr const leaf(PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr));
    if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) return false;
    for (;;) {
        X509Ptr issuer(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
        if (!issuer) break;
        if (SSL_CTX_add0_chain_cert(context, issuer.get()) != 1) return false;
        (void)issuer.release();  // The context owns it now.
    }
    // The end of the file reads as a missing start line; anything else is a broken certificate.
    auto const error = ERR_peek_last_error();
    if (ERR_GET_REASON(error) != PEM_R_NO_START_LINE) return false;
    ERR_clear_error();
    return true;
}

bool use_key(SSL_CTX* context, std::string const& pem) {
    auto const bio = reader(pem);
    KeyPtr const key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
           SSL_CTX_check_private_key(context) == 1;
}

std::string last_openssl_error() {
    auto const error = ERR_peek_last_error();
    ERR_clear_error();
    char const* const reason = ERR_reason_error_string(error);
    return reason != nullptr ? reason : "not readable";
}

bool names_host(SSL_CTX const* context, std::string_view server_name) noexcept {
    auto* const leaf = SSL_CTX_get0_certificate(context);
    return X509_check_host(leaf, server_name.data(), server_name.size(), 0, nullptr) == 1;
}

int port_slot() noexcept {
    static int const slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return slot;
}

}  // namespace
}  // namespace holdfast::listen
