#include "controller/kube/tls_client.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

#include <utility>

#include "common/base/openssl.hpp"

namespace ssl = boost::asio::ssl;

namespace holdfast::controller::kube {
namespace {

Outcome<void> load(ssl::context& context, TlsTexts const& texts);
int server_index();
int verify(X509_STORE_CTX* chain, void*);
void on_event(SSL const* connection, int where, int value);

}  // namespace

void TlsFault::set(std::string text) {
    std::lock_guard const lock(mutex_);
    text_ = std::move(text);
    at_ = Clock::now();
}

std::string TlsFault::since(TimePoint start) const {
    std::lock_guard const lock(mutex_);
    return at_ >= start ? text_ : std::string();
}

Outcome<void> set_up_tls(ssl::context& context, TlsTexts const& texts, TlsServer server) {
    SSL_CTX* const handle = context.native_handle();
    SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
    if (auto loaded = load(context, texts); !loaded) return loaded;

    X509_VERIFY_PARAM* const expected = SSL_CTX_get0_param(handle);
    if (X509_VERIFY_PARAM_set1_ip_asc(expected, server.name.c_str()) != 1) {
        X509_VERIFY_PARAM_set1_host(expected, server.name.data(), server.name.size());
    }
    SSL_CTX_set_ex_data(handle, server_index(), new TlsServer(std::move(server)));
    SSL_CTX_set_cert_verify_callback(handle, verify, nullptr);
    SSL_CTX_set_info_callback(handle, on_event);
    return {};
}

namespace {

Outcome<void> load(ssl::context& context, TlsTexts const& texts) {
    boost::system::error_code error;
    if (!texts.ca.empty()) {
        // The HTTP library has put the system's CAs there: they must not vouch for a cluster.
        X509_STORE* const store = X509_STORE_new();
        SSL_CTX_set_cert_store(context.native_handle(), store);
        context.add_certificate_authority(boost::asio::buffer(texts.ca), error);
        if (error || sk_X509_OBJECT_num(X509_STORE_get0_objects(store)) == 0) {
            return Failure{error, "the cluster's CA holds no usable certificate"};
        }
    }
    if (!texts.certificate.empty()) {
        context.use_certificate_chain(boost::asio::buffer(texts.certificate), error);
        if (error) return Failure{error, "cannot use the client certificate"};
        context.use_private_key(boost::asio::buffer(texts.key), ssl::context::pem, error);
        if (error) return Failure{error, "cannot use the client certificate's key"};
    }
    return {};
}

/// Where a context keeps its TlsServer, which goes with it.
int server_index() {
    static int const index = SSL_CTX_get_ex_new_index(
        0, nullptr, nullptr, nullptr, [](void*, void* server, CRYPTO_EX_DATA*, int, long, void*) {
            delete static_cast<TlsServer*>(server);
        });
    return index;
}

TlsServer const& server_of(SSL const* connection) {
    return *static_cast<TlsServer const*>(
        SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), server_index()));
}

std::string text_of(X509_NAME const* name) {
    openssl::Owned<BIO> const bio(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
    char* data = nullptr;
    long const length = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(length)};
}

/// `hostname mismatch: certificate of CN=a, issued by CN=ca, as that of 127.0.0.1`.
std::string fault_of(X509_STORE_CTX* chain, std::string const& expected) {
    std::string text = X509_verify_cert_error_string(X509_STORE_CTX_get_error(chain));
    if (X509 const* const certificate = X509_STORE_CTX_get_current_cert(chain)) {
        text += ": certificate of " + text_of(X509_get_subject_name(certificate)) + ", issued by " +
                text_of(X509_get_issuer_name(certificate));
    }
    return text + ", shown as " + expected;
}

/// In place of OpenSSL's own call of X509_verify_cert.
int verify(X509_STORE_CTX* chain, void*) {
    // The HTTP library's callback would compare names with the URL's host only.
    X509_STORE_CTX_set_verify_cb(chain, [](int valid, X509_STORE_CTX*) { return valid; });
    if (X509_verify_cert(chain) == 1) return 1;
    auto const* const connection = static_cast<SSL const*>(
        X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
    TlsServer const& server = server_of(connection);
    server.fault->set(fault_of(chain, server.name));
    return 0;
}

void on_event(SSL const* connection, int where, int value) {
    TlsServer const& server = server_of(connection);
    bool const begins = (where & SSL_CB_HANDSHAKE_START) != 0;
    bool const alert = (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT;
    if (begins && X509_VERIFY_PARAM_get0_host(SSL_get0_param(const_cast<SSL*>(connection)), 0)) {
        // Not for addresses (RFC 6066 §3).
        SSL_set_tlsext_host_name(const_cast<SSL*>(connection), server.name.c_str());
    } else if (alert && value >> 8 == SSL3_AL_FATAL) {
        server.fault->set(std::string("the server says: ") + SSL_alert_desc_string_long(value));
    }
}

}  // namespace
}  // namespace holdfast::controller::kube
