#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>

namespace holdfast {

/// A SHA-256 over pieces that come one after another.
/// Threads: none. Running out of memory inside OpenSSL is an assertion.
class Sha256 {
public:
    Sha256();

    void update(std::string_view bytes);
    /// Lower-case hex of the digest. Ends the computation: call it once, last.
    [[nodiscard]] std::string finish();

private:
    struct Free {
        void operator()(EVP_MD_CTX* context) const noexcept;
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_;
};

/// Lower-case hex of the SHA-256 of `bytes`.
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace holdfast
