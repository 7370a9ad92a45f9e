#include "controller/push/server_tls.hpp"

#include <openssl/ssl.h>
#include <sys/stat.h>

#include <boost/asio/ssl.hpp>

#include "common/base/log.hpp"

namespace ssl = boost::asio::ssl;

namespace holdfast::controller {

Outcome<ServerTls> ServerTls::open(TlsFiles files) {
    ServerTls tls(std::move(files));
    tls.tried_ = tls.stamps();
    auto loaded = load(tls.files_);
    if (!loaded) {
        return std::move(loaded).error();
    }
    tls.context_ = *std::move(loaded);
    return tls;
}

std::shared_ptr<ssl::context> ServerTls::context() {
    Stamps const now = stamps();
    if (now != tried_) {
        tried_ = now;
        auto loaded = load(files_);
        if (loaded) {
            context_ = *std::move(loaded);
            log::info("push certificates read again");
        } else {
            log::warning("push certificates not usable, the last ones stay",
                         {{"error", to_string(loaded.error())}});
        }
    }
    return context_;
}

Outcome<std::shared_ptr<ssl::context>> ServerTls::load(TlsFiles const& files) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* const handle = context->native_handle();
    SSL_CTX_set_min_proto_version(handle, TLS1_3_VERSION);
    SSL_CTX_set_session_cache_mode(handle, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(handle, 0);
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);

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

ServerTls::Stamps ServerTls::stamps() const {
    Stamps stamps;
    std::size_t i = 0;
    for (std::string const& file : {files_.certificate, files_.key, files_.ca}) {
        struct stat status{};
        if (::stat(file.c_str(), &status) == 0) {
            stamps[i] = {status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ino,
                         status.st_size};
        }
        ++i;
    }
    return stamps;
}

}  // namespace holdfast::controller
