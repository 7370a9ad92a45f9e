#pragma once

#include <openssl/types.h>

#include <chrono>
#include <string>

#include "common/base/openssl.hpp"
#include "common/model/table.hpp"

namespace holdfast::test {

/// A certificate authority that lives as long as its test.
class TestCa {
public:
    explicit TestCa(std::string const& common_name);

    struct Wish {
        std::string common_name = "server";
        std::string names = "IP:127.0.0.1,DNS:localhost";         ///< As OpenSSL writes them.
        std::chrono::seconds valid_for = std::chrono::hours(24);  ///< Negative: expired.
    };
    [[nodiscard]] model::Certificate issue(Wish const& wish) const;
    [[nodiscard]] model::Certificate issue() const { return issue(Wish()); }

    /// The CA's own certificate, PEM.
    [[nodiscard]] std::string const& pem() const { return pem_; }

private:
    openssl::Owned<EVP_PKEY> key_;
    openssl::Owned<X509> certificate_;
    std::string pem_;
};

}  // namespace holdfast::test
