#include "controller/kube/credentials.hpp"

#include <utility>

#include "common/base/log.hpp"

namespace holdfast::controller::kube {

Outcome<std::string> TokenSource::token(TimePoint now) {
    if (source_.file.empty()) {
        return source_.text;
    }
    std::lock_guard const lock(mutex_);
    if (!stale_ && now - read_at_ < kTokenPeriod - kTokenLeeway) {
        return token_;
    }
    auto fresh = read_token();
    if (fresh) {
        token_ = *std::move(fresh);
        read_at_ = now;
        stale_ = false;
        unreadable_ = false;
    } else if (token_.empty()) {
        return fresh;
    } else if (!std::exchange(unreadable_, true)) {
        log::warning("token not read again, the last one stays",
                     {{"error", to_string(fresh.error())}});
    }
    return token_;
}

void TokenSource::refused(TimePoint sent) {
    std::lock_guard const lock(mutex_);
    // Requests sent before the last reading say nothing of what it gave.
    if (sent >= read_at_) stale_ = true;
}

Outcome<std::string> TokenSource::read_token() const {
    auto content = read(source_);
    if (!content) {
        return content;
    }
    constexpr auto kSpace = " \t\r\n";
    std::size_t const first = content->find_first_not_of(kSpace);
    if (first == std::string::npos) {
        return Failure{{}, source_.file.string() + " holds no token"};
    }
    return content->substr(first, content->find_last_not_of(kSpace) + 1 - first);
}

Outcome<TlsTexts> read_tls(Cluster const& cluster) {
    auto ca = read(cluster.ca);
    if (!ca) return std::move(ca).error();
    auto certificate = read(cluster.client_certificate);
    if (!certificate) return std::move(certificate).error();
    auto key = read(cluster.client_key);
    if (!key) return std::move(key).error();
    return TlsTexts{*std::move(ca), *std::move(certificate), *std::move(key)};
}

}  // namespace holdfast::controller::kube
