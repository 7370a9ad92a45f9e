#include "controller/kube/cpprest_transport.hpp"

#include <cpprest/http_client.h>
#include <openssl/ssl.h>
#include <pplx/threadpool.h>

#include <array>
#include <charconv>
#include <exception>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "common/base/clock.hpp"
#include "common/base/limits.hpp"
#include "controller/kube/credentials.hpp"
#include "controller/kube/tls_client.hpp"

namespace holdfast::controller::kube {
namespace {

namespace http = web::http;
using http::client::http_client;
using http::client::http_client_config;
using Sink = std::function<void(std::string_view)>;
using Milliseconds = std::chrono::milliseconds;

constexpr std::string_view kUserAgent = "holdfast-controller/" HOLDFAST_VERSION;
/// A token is refused, or a client certificate, which belongs to the connection.
constexpr int kUnauthorized = 401;
/// Silence timeouts in use at a time; callers have three or four.
constexpr std::size_t kClientsMax = 16;

/// What cancels a request of the library when `stop` is requested, and by itself.
class Cancellation {
public:
    explicit Cancellation(std::stop_token stop)
        : on_stop_(std::move(stop), [source = source_] { source.cancel(); }) {}

    [[nodiscard]] pplx::cancellation_token token() const { return source_.get_token(); }
    void cancel() const { source_.cancel(); }

private:
    pplx::cancellation_token_source source_;
    std::stop_callback<std::function<void()>> on_stop_;
};

struct AnswerTooLong : std::exception {
    [[nodiscard]] char const* what() const noexcept override { return "the answer is too long"; }
};

class CpprestTransport final : public Transport {
public:
    explicit CpprestTransport(Cluster cluster);

    [[nodiscard]] Outcome<Answer> call(Request const& request, std::stop_token stop) override;
    [[nodiscard]] Outcome<Answer> stream(Request const& request, Sink const& on_bytes,
                                         std::stop_token stop) override;

private:
    /// How far a request came.
    enum class Stage : std::uint8_t { head, body };

    /// `on_200` gets the bytes of a 200; any other body goes into the answer.
    [[nodiscard]] Outcome<Answer> exchange(Request const& request, Sink const* on_200,
                                           std::stop_token const& stop);
    [[nodiscard]] http::http_request message(Request const& request,
                                             std::string const& token) const;
    [[nodiscard]] Failure failure(Request const& request, TimePoint sent, Stage stage,
                                  std::exception const& error) const;
    /// The library ties timeouts to clients, and connections too.
    [[nodiscard]] http_client client(Milliseconds silence_timeout);
    [[nodiscard]] http_client_config config(Milliseconds silence_timeout) const;
    void refused(TimePoint sent);

    Cluster const cluster_;
    std::string const authority_;  ///< Of the server's URL: host and port.
    std::shared_ptr<TlsFault> const fault_ = std::make_shared<TlsFault>();
    TokenSource token_;
    std::mutex mutex_;
    std::map<Milliseconds, http_client> clients_;
};

/// Tells what the caller's function throws from what the library does.
Sink keeping_exception(Sink const& sink, std::exception_ptr& thrown);
std::string_view name_of(Method method);
std::string authority_of(std::string const& url);
std::string without_brackets(std::string url);
std::optional<std::chrono::seconds> retry_after(http::http_response const& response);
void read_body(http::http_response const& response, Sink const& sink);
void use_few_threads();

}  // namespace

std::unique_ptr<Transport> cpprest_transport(Cluster cluster) {
    use_few_threads();
    return std::make_unique<CpprestTransport>(std::move(cluster));
}

namespace {

CpprestTransport::CpprestTransport(Cluster cluster)
    : cluster_(std::move(cluster)),
      authority_(authority_of(cluster_.server)),
      token_(cluster_.token) {}

Outcome<Answer> CpprestTransport::call(Request const& request, std::stop_token stop) {
    return exchange(request, nullptr, stop);
}

Outcome<Answer> CpprestTransport::stream(Request const& request, Sink const& on_bytes,
                                         std::stop_token stop) {
    return exchange(request, &on_bytes, stop);
}

Outcome<Answer> CpprestTransport::exchange(Request const& request, Sink const* on_200,
                                           std::stop_token const& stop) {
    TimePoint const sent = Clock::now();
    auto token = token_.token(sent);
    if (!token) return std::move(token).error();

    Cancellation const cancellation(stop);
    Stage stage = Stage::head;
    std::exception_ptr thrown;
    try {
        http::http_response const response =
            client(request.silence_timeout)
                .request(message(request, *token), cancellation.token())
                .get();
        stage = Stage::body;
        Answer answer{response.status_code(), {}, retry_after(response)};
        if (answer.status == kUnauthorized) refused(sent);
        Sink const keep = [&answer](std::string_view bytes) {
            if (answer.body.size() + bytes.size() > limits::api_answer_bytes_max) {
                throw AnswerTooLong();
            }
            answer.body += bytes;
        };
        bool const streams = on_200 != nullptr && answer.status == 200;
        Sink const sink = streams ? keeping_exception(*on_200, thrown) : keep;
        if (streams) sink({});
        read_body(response, sink);
        return answer;
    } catch (std::exception const& error) {
        // What is still to come must not be read into memory.
        cancellation.cancel();
        if (thrown) std::rethrow_exception(thrown);
        if (stop.stop_requested()) {
            return Failure{make_error_code(boost::system::errc::operation_canceled), "stopped"};
        }
        return failure(request, sent, stage, error);
    }
}

http::http_request CpprestTransport::message(Request const& request,
                                             std::string const& token) const {
    http::http_request message{std::string(name_of(request.method))};
    message.set_request_uri(web::uri(request.target));
    http::http_headers& headers = message.headers();
    headers.add(http::header_names::host, authority_);
    headers.add(http::header_names::accept, "application/json");
    headers.add(http::header_names::user_agent, std::string(kUserAgent));
    if (!token.empty()) headers.add(http::header_names::authorization, "Bearer " + token);
    if (!request.body.empty()) message.set_body(request.body, request.content_type);
    return message;
}

Failure CpprestTransport::failure(Request const& request, TimePoint sent, Stage stage,
                                  std::exception const& error) const {
    // Queries hold continue tokens: long, and of no use to people.
    std::string detail{name_of(request.method)};
    detail += ' ' + cluster_.server + request.target.substr(0, request.target.find('?')) + ": ";
    auto const* const known = dynamic_cast<http::http_exception const*>(&error);
    if (known != nullptr && known->error_code() == std::errc::timed_out) {
        return {make_error_code(boost::system::errc::timed_out),
                detail + "silence for " + std::to_string(request.silence_timeout.count()) + " ms"};
    }
    if (dynamic_cast<AnswerTooLong const*>(&error) != nullptr) return {{}, detail + error.what()};
    if (stage == Stage::body) {
        // The library's codes are wrong here: the end of the stream is "No such file".
        return {{}, detail + "cut off: " + error.what()};
    }
    std::string const tls = fault_->since(sent);
    return {{}, detail + (tls.empty() ? error.what() : "TLS: " + tls)};
}

http_client CpprestTransport::client(Milliseconds silence_timeout) {
    std::lock_guard const lock(mutex_);
    auto found = clients_.find(silence_timeout);
    if (found == clients_.end()) {
        if (clients_.size() == kClientsMax) clients_.clear();
        http_client made(web::uri(without_brackets(cluster_.server)), config(silence_timeout));
        found = clients_.emplace(silence_timeout, std::move(made)).first;
    }
    return found->second;
}

http_client_config CpprestTransport::config(Milliseconds silence_timeout) const {
    http_client_config config;
    config.set_timeout(silence_timeout);
    // Another server must not get our token.
    config.set_max_redirects(0);
    config.set_validate_certificates(!cluster_.insecure_skip_tls_verify);
    config.set_tlsext_sni_enabled(false);  // set_up_tls does that.
    std::string const host = web::uri(without_brackets(cluster_.server)).host();
    TlsServer const server{cluster_.server_name.empty() ? host : cluster_.server_name, fault_};
    // Runs for each new connection. Only an exception can keep the library from using it.
    config.set_ssl_context_callback(
        [cluster = cluster_, server](boost::asio::ssl::context& context) {
            auto const texts = read_tls(cluster);
            if (!texts) throw std::runtime_error(to_string(texts.error()));
            auto const set_up = set_up_tls(context, *texts, server);
            if (!set_up) throw std::runtime_error(to_string(set_up.error()));
        });
    return config;
}

/// The next request reads the token again, and shows the client certificate anew.
void CpprestTransport::refused(TimePoint sent) {
    token_.refused(sent);
    std::lock_guard const lock(mutex_);
    clients_.clear();
}

Sink keeping_exception(Sink const& sink, std::exception_ptr& thrown) {
    return [&sink, &thrown](std::string_view bytes) {
        try {
            sink(bytes);
        } catch (...) {
            thrown = std::current_exception();
            throw;
        }
    };
}

std::string_view name_of(Method method) {
    constexpr std::array<std::string_view, 4> names{"GET", "POST", "PUT", "PATCH"};
    return names[static_cast<std::size_t>(method)];
}

std::string authority_of(std::string const& url) {
    std::size_t const begin = url.find("://") + 3;
    return url.substr(begin, url.find('/', begin) - begin);
}

/// The library resolves an IPv6 address together with its brackets, and takes one without.
std::string without_brackets(std::string url) {
    std::erase_if(url, [](char c) { return c == '[' || c == ']'; });
    return url;
}

std::optional<std::chrono::seconds> retry_after(http::http_response const& response) {
    auto const field = response.headers().find(http::header_names::retry_after);
    if (field == response.headers().end()) return std::nullopt;
    std::string const& text = field->second;
    unsigned seconds = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    // The other form, a date, is nothing that the API server sends.
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return std::chrono::seconds(seconds);
}

/// Hands the bytes on where they lie. Asking the library for a number of bytes would wait for all
/// of them; asking for one waits until there are some.
void read_body(http::http_response const& response, Sink const& sink) {
    using Traits = concurrency::streams::char_traits<unsigned char>;
    auto buffer = response.body().streambuf();
    while (buffer.getc().get() != Traits::eof()) {
        unsigned char* data = nullptr;
        std::size_t size = 0;
        if (!buffer.acquire(data, size)) continue;
        sink({reinterpret_cast<char const*>(data), size});
        buffer.release(data, size);
    }
    // The stream ends in the same way when the connection was lost; this throws then.
    response.content_ready().get();
}

/// The library starts forty by default.
void use_few_threads() {
    static std::once_flag once;
    std::call_once(once, [] {
        // What comes first goes last: the threads end while OpenSSL can free what it has for them.
        OPENSSL_init_ssl(0, nullptr);
        crossplat::threadpool::initialize_with_threads(4);
    });
}

}  // namespace
}  // namespace holdfast::controller::kube
