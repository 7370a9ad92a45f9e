#include "tests/support/fake_api_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <sstream>

#include "common/base/assert.hpp"
#include "common/base/openssl.hpp"

namespace holdfast::test {
namespace {

using namespace std::chrono_literals;
using openssl::Owned;

constexpr std::string_view kHeadEnd = "\r\n\r\n";

Owned<BIO> memory(std::string const& text) {
    return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Owned<X509> certificate_of(std::string const& pem) {
    return Owned<X509>(PEM_read_bio_X509(memory(pem).get(), nullptr, nullptr, nullptr));
}

/// A client that has gone must not end the test program.
void ignore_broken_pipes() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

void Gate::release() const {
    std::lock_guard const lock(state_->mutex);
    state_->released = true;
    state_->changed.notify_all();
}

bool Gate::wait() const {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, 10s, [this] { return state_->released; });
}

std::string ApiRequest::field(std::string_view name) const {
    std::istringstream lines(head);
    for (std::string line; std::getline(lines, line);) {
        std::size_t const colon = line.find(':');
        bool const same = colon == name.size() &&
                          std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) {
                              return std::tolower(a) == std::tolower(b);
                          });
        if (!same) continue;
        std::size_t const begin = line.find_first_not_of(' ', colon + 1);
        return line.substr(begin, line.find('\r') - begin);
    }
    return {};
}

ApiConnection::ApiConnection(int fd, SSL_CTX* tls) : fd_(fd) {
    if (tls != nullptr) {
        ssl_.reset(SSL_new(tls));
        SSL_set_fd(ssl_.get(), fd);
    }
}

ApiConnection::~ApiConnection() {
    ssl_.reset();
    ::close(fd_);
}

void ApiConnection::answer(int status, std::string_view body, std::string_view fields) {
    std::string bytes = "HTTP/1.1 " + std::to_string(status) + " Status\r\n";
    bytes.append("Content-Type: application/json\r\n").append(fields);
    bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    send(bytes.append(body));
}

void ApiConnection::begin_chunks() {
    send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
}

void ApiConnection::chunk(std::string_view bytes) {
    std::ostringstream out;
    out << std::hex << bytes.size() << "\r\n" << bytes << "\r\n";
    send(out.str());
}

void ApiConnection::end_chunks() { send("0\r\n\r\n"); }

void ApiConnection::send(std::string_view bytes) {
    while (!closed_ && !bytes.empty()) {
        ssize_t const sent =
            ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                 : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            closed_ = true;
            return;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void ApiConnection::stay_silent() {
    while (fill()) {
    }
}

void ApiConnection::close() {
    closed_ = true;
    stop();
}

std::string ApiConnection::client_name() const {
    X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
    if (certificate == nullptr) return {};
    std::array<char, 64> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                              static_cast<int>(name.size()));
    return name.data();
}

std::string ApiConnection::server_name() const {
    char const* const name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? "" : name;
}

bool ApiConnection::start() { return !ssl_ || SSL_accept(ssl_.get()) == 1; }

/// Until the client has read why it is turned away.
void ApiConnection::linger() const {
    std::array<char, 1024> buffer;
    while (::recv(fd_, buffer.data(), buffer.size(), 0) > 0) {
    }
}

std::optional<ApiRequest> ApiConnection::receive() {
    std::size_t end = 0;
    while ((end = unread_.find(kHeadEnd)) == std::string::npos) {
        if (!fill()) return std::nullopt;
    }
    ApiRequest request;
    request.head = unread_.substr(0, end + 2);
    unread_.erase(0, end + kHeadEnd.size());
    std::istringstream(request.head) >> request.method >> request.target;
    std::string const length = request.field("Content-Length");
    std::size_t const size = length.empty() ? 0 : std::stoul(length);
    while (unread_.size() < size) {
        if (!fill()) return std::nullopt;
    }
    request.body = unread_.substr(0, size);
    unread_.erase(0, size);
    return request;
}

bool ApiConnection::fill() {
    if (closed_) return false;
    std::array<char, 16'384> buffer;
    ssize_t const size = ssl_ ? SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()))
                              : ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (size <= 0) {
        closed_ = true;
        return false;
    }
    unread_.append(buffer.data(), static_cast<std::size_t>(size));
    return true;
}

void ApiConnection::stop() const { ::shutdown(fd_, SHUT_RDWR); }

FakeApiServer::FakeApiServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    HOLDFAST_ASSERT(::bind(listener_, generic, size) == 0);
    HOLDFAST_ASSERT(::listen(listener_, 128) == 0);
    HOLDFAST_ASSERT(::getsockname(listener_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept(); });
}

FakeApiServer::~FakeApiServer() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
        for (ApiConnection const* connection : open_) {
            connection->stop();
        }
    }
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (std::thread& thread : threads_) {
        thread.join();
    }
    ::close(listener_);
}

void FakeApiServer::on(std::string const& prefix, Script script) {
    std::lock_guard const lock(mutex_);
    answers_[prefix].always = std::move(script);
}

void FakeApiServer::once(std::string const& prefix, Script script) {
    std::lock_guard const lock(mutex_);
    answers_[prefix].once.push_back(std::move(script));
}

void FakeApiServer::use_tls(model::Certificate const& certificate, std::string const& client_ca) {
    std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    Owned<X509> const shown = certificate_of(certificate.chain_pem);
    Owned<EVP_PKEY> const key(
        PEM_read_bio_PrivateKey(memory(certificate.key_pem).get(), nullptr, nullptr, nullptr));
    HOLDFAST_ASSERT(SSL_CTX_use_certificate(context.get(), shown.get()) == 1);
    HOLDFAST_ASSERT(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1);
    if (!client_ca.empty()) {
        Owned<X509> const ca = certificate_of(client_ca);
        HOLDFAST_ASSERT(X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ca.get()) == 1);
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    }
    std::lock_guard const lock(mutex_);
    tls_.push_back(std::move(context));
}

std::string FakeApiServer::url() const {
    std::lock_guard const lock(mutex_);
    return (tls_.empty() ? "http" : "https") + std::string("://127.0.0.1:") + std::to_string(port_);
}

std::vector<ApiRequest> FakeApiServer::requests() const {
    std::lock_guard const lock(mutex_);
    return requests_;
}

std::size_t FakeApiServer::connections() const {
    std::lock_guard const lock(mutex_);
    return connections_;
}

void FakeApiServer::accept() {
    for (;;) {
        int const fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        std::lock_guard const lock(mutex_);
        if (fd < 0 || stopping_) {
            if (fd >= 0) ::close(fd);
            return;
        }
        int const on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        ++connections_;
        threads_.emplace_back(
            [this, fd, tls = tls_.empty() ? nullptr : tls_.back().get()] { serve(fd, tls); });
    }
}

void FakeApiServer::serve(int fd, SSL_CTX* tls) {
    ignore_broken_pipes();
    ApiConnection connection(fd, tls);
    {
        std::lock_guard const lock(mutex_);
        if (stopping_) return;
        open_.insert(&connection);
    }
    if (connection.start()) {
        while (std::optional<ApiRequest> const request = connection.receive()) {
            Script const script = script_for(*request);
            script(connection, *request);
        }
    } else {
        connection.linger();
    }
    std::lock_guard const lock(mutex_);
    open_.erase(&connection);
}

FakeApiServer::Script FakeApiServer::script_for(ApiRequest const& request) {
    std::lock_guard const lock(mutex_);
    requests_.push_back(request);
    std::string const line = request.method + ' ' + request.target;
    Script script = [](ApiConnection& connection, ApiRequest const&) {
        connection.answer(404, "no script");
    };
    std::size_t longest = 0;
    Answers* chosen = nullptr;
    for (auto& [prefix, answers] : answers_) {
        bool const says_something = !answers.once.empty() || answers.always;
        if (says_something && line.starts_with(prefix) && prefix.size() >= longest) {
            longest = prefix.size();
            chosen = &answers;
        }
    }
    if (chosen == nullptr) return script;
    if (chosen->once.empty()) return chosen->always;
    script = std::move(chosen->once.front());
    chosen->once.pop_front();
    return script;
}

}  // namespace holdfast::test
