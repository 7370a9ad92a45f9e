// What a peer sends before 101: request head, upgrade check and what is forwarded; response head,
// accept check, body and what is passed on.
//
// Input: four bytes that say how the rest is cut into pieces, then the bytes of the peer.
// Asserts that every piece of the result is the same for one piece and for many, and that what the
// gateway writes is read by its own parsers as what it was meant to be.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/assert.hpp"
#include "common/base/limits.hpp"
#include "dataplane/http/body_reader.hpp"
#include "dataplane/http/forward.hpp"
#include "dataplane/http/reply.hpp"
#include "dataplane/http/request_head.hpp"
#include "dataplane/http/response_head.hpp"
#include "dataplane/http/trace.hpp"
#include "dataplane/http/upgrade.hpp"

namespace {

using namespace holdfast;
using namespace holdfast::http;

constexpr std::size_t kCutBytes = 4;

/// Takes pieces off the front of the input, as TCP might.
class Pieces {
public:
    Pieces(std::string_view cuts, std::string_view bytes) : cuts_(cuts), bytes_(bytes) {}

    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    std::string_view next() {
        auto const cut = static_cast<unsigned char>(cuts_[turn_++ % cuts_.size()]);
        std::string_view const piece = bytes_.substr(0, std::size_t{cut} + 1);
        bytes_.remove_prefix(piece.size());
        return piece;
    }

private:
    std::string_view cuts_;
    std::string_view bytes_;
    std::size_t turn_ = 0;
};

/// How a parser ended: the error, or nothing; and the bytes it took.
struct Ended {
    std::string error;
    bool complete = false;
    std::size_t consumed = 0;

    friend bool operator==(Ended const&, Ended const&) = default;
};

template <class Head>
Ended feed_all(Head& head, Pieces pieces) {
    Ended ended;
    while (!pieces.empty() && !ended.complete) {
        auto const fed = head.feed(pieces.next());
        if (!fed) return {to_string(fed.error()), false, 0};
        ended.consumed += fed->consumed;
        ended.complete = fed->state == Fed::State::complete;
    }
    return ended;
}

void expect_equal(Fields a, Fields b) {
    HOLDFAST_ASSERT(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        HOLDFAST_ASSERT(a[i].name == b[i].name && a[i].value == b[i].value);
    }
}

/// What goes to the backend is the same handshake.
void check_forwarded(RequestHead const& head, Upgrade const& upgrade) {
    Random random(1);
    Hop const hop{.client = "192.0.2.1",
                  .scheme = Scheme::https,
                  .port = 443,
                  .rewrite = PrefixRewrite{"/", "/x"}};
    std::string const sent = forward_head(head, hop, trace_for(head.fields(), random));
    RequestHead again;
    auto const fed = again.feed(sent);
    // Our own fields may lift a head that was just within the limits above them.
    if (!fed && fed.error().reason == Reason::head_too_large) return;
    HOLDFAST_ASSERT(fed && fed->state == Fed::State::complete && fed->consumed == sent.size());
    auto const same = check_upgrade(again);
    HOLDFAST_ASSERT(same && same->key == upgrade.key && same->origin == upgrade.origin);
    HOLDFAST_ASSERT(same->subprotocols == upgrade.subprotocols);
    HOLDFAST_ASSERT(again.host() == head.host() && again.query() == head.query());
}

void check_request(std::string_view cuts, std::string_view bytes) {
    RequestHead whole;
    RequestHead pieced;
    Ended const ended = feed_all(whole, Pieces(std::string_view("\xff"), bytes));
    HOLDFAST_ASSERT(feed_all(pieced, Pieces(cuts, bytes)) == ended);
    if (!ended.complete) return;
    HOLDFAST_ASSERT(whole.method() == pieced.method() && whole.path() == pieced.path());
    HOLDFAST_ASSERT(whole.query() == pieced.query() && whole.host() == pieced.host());
    HOLDFAST_ASSERT(whole.path().starts_with('/'));
    expect_equal(whole.fields(), pieced.fields());
    if (auto const upgrade = check_upgrade(whole)) check_forwarded(whole, *upgrade);
}

/// The body under one way of cutting, or the error.
std::string body_of(ResponseHead const& head, Pieces pieces) {
    auto reader = BodyReader::of(head);
    if (!reader) return to_string(reader.error());
    auto state = reader->feed("");
    while (state && *state == BodyReader::State::need_more && !pieces.empty()) {
        state = reader->feed(pieces.next());
    }
    if (state && *state == BodyReader::State::need_more) state = reader->end_of_stream();
    HOLDFAST_ASSERT(reader->body().size() <= limits::refusal_body_bytes_max);
    return state ? reader->body() : to_string(state.error());
}

/// What goes to the client is read as that answer.
void check_passed(ResponseHead const& backend, std::string_view body) {
    std::string const sent = backend.status() == 101 ? switching_reply(backend, "id")
                                                     : passed_reply(backend, body, "id");
    ResponseHead again;
    auto const fed = again.feed(sent);
    if (!fed) return;  // Our own fields may lift a head above the limits.
    HOLDFAST_ASSERT(fed->state == Fed::State::complete && again.status() == backend.status());
}

void check_response(std::string_view cuts, std::string_view bytes) {
    ResponseHead whole;
    ResponseHead pieced;
    Ended const ended = feed_all(whole, Pieces(std::string_view("\xff"), bytes));
    HOLDFAST_ASSERT(feed_all(pieced, Pieces(cuts, bytes)) == ended);
    if (!ended.complete) return;
    HOLDFAST_ASSERT(whole.status() == pieced.status() && whole.phrase() == pieced.phrase());
    expect_equal(whole.fields(), pieced.fields());
    Upgrade const asked{.key = "dGhlIHNhbXBsZSBub25jZQ==",
                        .subprotocols = {"chat"},
                        .extensions = {"permessage-deflate"},
                        .origin = {}};
    static_cast<void>(check_accepted(whole, asked));
    std::string_view const rest = bytes.substr(ended.consumed);
    std::string const body = body_of(whole, Pieces(std::string_view("\xff"), rest));
    HOLDFAST_ASSERT(body_of(whole, Pieces(cuts, rest)) == body);
    check_passed(whole, body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const input(reinterpret_cast<char const*>(data), size);
    if (input.size() < kCutBytes) return 0;
    check_request(input.substr(0, kCutBytes), input.substr(kCutBytes));
    check_response(input.substr(0, kCutBytes), input.substr(kCutBytes));
    return 0;
}
