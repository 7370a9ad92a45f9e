#include "dataplane/http/upgrade.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "common/base/ascii.hpp"
#include "common/base/assert.hpp"
#include "common/base/limits.hpp"
#include "dataplane/http/fault.hpp"
#include "dataplane/http/syntax.hpp"

namespace holdfast::http {
namespace {

using Views = std::vector<std::string_view>;

[[nodiscard]] Result<void> check_request(RequestHead const& head);
[[nodiscard]] Result<void> check_body(Fields fields);
[[nodiscard]] Result<std::string_view> key_of(Fields fields);
[[nodiscard]] Result<void> check_version(Fields fields);
/// Of all lists of that name, without empty elements, which do not count (RFC 9110 §5.6.1.2).
[[nodiscard]] Views elements_of(Fields fields, std::string_view name);
[[nodiscard]] Result<Views> subprotocols_of(Fields fields);
[[nodiscard]] Views extensions_of(Fields fields);
[[nodiscard]] Result<std::string_view> chosen_subprotocol(Fields fields, Views const& offered);
[[nodiscard]] bool all_offered(Views const& chosen, Views const& offered) noexcept;
[[nodiscard]] EVP_MD const* sha1();

}  // namespace

Result<Upgrade> check_upgrade(RequestHead const& head) {
    Fields const fields = head.fields();
    if (!has_token(fields, "Upgrade", "websocket")) {
        return Error{
            Reason::upgrade_required, {}, std::string(info(Reason::upgrade_required).text)};
    }
    if (auto const good = check_request(head); !good) return good.error();
    if (auto const good = check_version(fields); !good) return good.error();
    auto const key = key_of(fields);
    if (!key) return key.error();
    Field const* const origin = sole_field(fields, "Origin");
    if (origin == nullptr && find_field(fields, "Origin") != nullptr) {
        return bad_request("Origin comes twice");
    }
    auto subprotocols = subprotocols_of(fields);
    if (!subprotocols) return subprotocols.error();
    Views extensions = extensions_of(fields);
    if (extensions.size() > limits::header_fields_max) return bad_request("too many extensions");
    return Upgrade{.key = *key,
                   .subprotocols = std::move(*subprotocols),
                   .extensions = std::move(extensions),
                   .origin = origin ? std::optional(origin->value) : std::nullopt};
}

Result<Accepted> check_accepted(ResponseHead const& head, Upgrade const& asked) {
    Fields const fields = head.fields();
    if (head.status() != 101) return bad_response("status is not 101");
    if (head.minor() != 1) return bad_response("101 in HTTP/1.0");
    if (!has_token(fields, "Upgrade", "websocket")) {
        return bad_response("101 without Upgrade: websocket");
    }
    if (!has_token(fields, "Connection", "Upgrade")) {
        return bad_response("101 without Connection: Upgrade");
    }
    Field const* const accept = sole_field(fields, "Sec-WebSocket-Accept");
    if (accept == nullptr || accept->value != accept_for(asked.key)) {
        return bad_response("Sec-WebSocket-Accept does not fit the key");
    }
    if (!all_offered(extensions_of(fields), asked.extensions)) {
        return bad_response("extension that the client did not offer");
    }
    auto const subprotocol = chosen_subprotocol(fields, asked.subprotocols);
    if (!subprotocol) return subprotocol.error();
    return Accepted{*subprotocol};
}

std::string accept_for(std::string_view key) {
    constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::string const text = std::string(key).append(guid);
    std::array<unsigned char, 20> digest{};
    int const hashed =
        EVP_Digest(text.data(), text.size(), digest.data(), nullptr, sha1(), nullptr);
    HOLDFAST_ASSERT(hashed == 1);
    std::array<unsigned char, 29> base64{};  // 28 characters and the NUL that OpenSSL adds.
    int const size = EVP_EncodeBlock(base64.data(), digest.data(), int{digest.size()});
    return std::string(base64.begin(), base64.begin() + size);
}

namespace {

Result<void> check_request(RequestHead const& head) {
    if (head.method() != "GET") return bad_request("method is not GET");
    if (!has_token(head.fields(), "Connection", "Upgrade")) {
        return bad_request("Connection does not name Upgrade");
    }
    // Every field is looked up among them; there cannot be more to name than fields.
    if (elements_of(head.fields(), "Connection").size() > limits::header_fields_max) {
        return bad_request("Connection names too many fields");
    }
    return check_body(head.fields());
}

// Bytes behind the head are WebSocket frames. A body that the next server reads out of them would
// let a client smuggle requests past this one.
Result<void> check_body(Fields fields) {
    if (find_field(fields, "Transfer-Encoding") != nullptr) {
        return bad_request("Transfer-Encoding on an upgrade");
    }
    for (Field const& field : fields) {
        if (equal_fold(field.name, "Content-Length") && field.value != "0") {
            return bad_request("body on an upgrade");
        }
    }
    return {};
}

Result<std::string_view> key_of(Fields fields) {
    constexpr std::size_t digits = 22;  // Of 16 bytes in base64; `==` follows.
    Field const* const field = sole_field(fields, "Sec-WebSocket-Key");
    if (field == nullptr) return bad_request("not exactly one Sec-WebSocket-Key");
    auto const is_base64 = [](char c) { return is_alphanumeric(c) || c == '+' || c == '/'; };
    std::string_view const key = field->value;
    bool const good = key.size() == digits + 2 && key.ends_with("==") &&
                      std::ranges::all_of(key.substr(0, digits), is_base64);
    if (!good) return bad_request("Sec-WebSocket-Key is not 16 bytes in base64");
    return key;
}

Result<void> check_version(Fields fields) {
    Field const* const version = sole_field(fields, "Sec-WebSocket-Version");
    if (version == nullptr) return bad_request("not exactly one Sec-WebSocket-Version");
    if (version->value != "13") {
        return Error{
            Reason::unsupported_version, {}, std::string(info(Reason::unsupported_version).text)};
    }
    return {};
}

Views elements_of(Fields fields, std::string_view name) {
    Views elements;
    for (Field const& field : fields) {
        if (!equal_fold(field.name, name)) continue;
        for (std::string_view rest = field.value; !rest.empty();) {
            std::string_view const element = next_element(rest);
            if (!element.empty()) elements.push_back(element);
        }
    }
    return elements;
}

Result<Views> subprotocols_of(Fields fields) {
    Views offered = elements_of(fields, "Sec-WebSocket-Protocol");
    if (offered.size() > limits::subprotocols_max) return bad_request("too many subprotocols");
    if (!std::ranges::all_of(offered, is_token)) return bad_request("subprotocol is not a token");
    for (auto name = offered.begin(); name != offered.end(); ++name) {
        if (std::find(offered.begin(), name, *name) != name) {
            return bad_request("subprotocol is offered twice");
        }
    }
    return offered;
}

// Only the names: parameters are between the two peers.
Views extensions_of(Fields fields) {
    Views names = elements_of(fields, "Sec-WebSocket-Extensions");
    for (std::string_view& name : names)
        name = trim(name.substr(0, name.find(';')));
    return names;
}

Result<std::string_view> chosen_subprotocol(Fields fields, Views const& offered) {
    if (find_field(fields, "Sec-WebSocket-Protocol") == nullptr) return std::string_view{};
    Field const* const chosen = sole_field(fields, "Sec-WebSocket-Protocol");
    if (chosen == nullptr) return bad_response("two subprotocols chosen");
    if (std::ranges::find(offered, chosen->value) == offered.end()) {
        return bad_response("subprotocol that the client did not offer");
    }
    return chosen->value;
}

bool all_offered(Views const& chosen, Views const& offered) noexcept {
    return std::ranges::all_of(chosen, [&offered](std::string_view name) {
        return std::ranges::any_of(
            offered, [name](std::string_view other) { return equal_fold(name, other); });
    });
}

/// SHA-1 is what the handshake is defined by; it proves that HTTP was understood, nothing more.
/// Fetched once, since EVP_sha1() makes OpenSSL search its providers with every digest
/// (crypto(7ossl)); never freed, since OpenSSL may be gone when statics are destroyed.
EVP_MD const* sha1() {
    static EVP_MD const* const fetched = EVP_MD_fetch(nullptr, "SHA1", nullptr);
    HOLDFAST_ASSERT(fetched != nullptr);
    return fetched;
}

}  // namespace
}  // namespace holdfast::http
