#include "dataplane/control/client_tls.hpp"

#include <openssl/ssl.h>

#include <boost/asio/ssl.hpp>

namespace ssl = boost::asio::ssl;

namespace holdfast::control {

Outcome<std::shared_ptr<ssl::context>> load_client_tls(PushTlsFiles const& files) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_3_VERSION);
    context->set_verify_mode(ssl::verify_peer);

    boost::system::error_code error;
    auto const failed = [&](std::string const& file) {
        return Failure{error, "cannot use " + file};
    };
    context->use_certificate_chain_file(files.certificate, error);
    if (error) return failed(files.certificate);
    context->use_private_key_file(files.key, ssl::context::pem, error);
    if (error) return failed(files.key);
    context->load_verify_file(files.ca, error);
    if (error) return failed(files.ca);
    return context;
}

}  // namespace holdfast::control
