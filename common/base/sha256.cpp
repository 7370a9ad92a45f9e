#include "common/base/sha256.hpp"

#include <openssl/evp.h>

#include <array>

#include "common/base/assert.hpp"

namespace holdfast {

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    HOLDFAST_ASSERT(context_ != nullptr);
    HOLDFAST_ASSERT(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256::update(std::string_view bytes) {
    HOLDFAST_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    HOLDFAST_ASSERT(EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1);

    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(std::size_t{2} * length);
    for (unsigned int i = 0; i < length; ++i) {
        hex += digits[digest[i] >> 4U];
        hex += digits[digest[i] & 0x0fU];
    }
    return hex;
}

void Sha256::Free::operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }

std::string sha256(std::string_view bytes) {
    Sha256 hash;
    hash.update(bytes);
    return hash.finish();
}

}  // namespace holdfast
