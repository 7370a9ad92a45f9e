// Goal: our Close frames are well formed, and peers' are read right, masked or not.
#include "dataplane/relay/close_frame.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/relay/frames.hpp"

namespace holdfast::relay {
namespace {

TEST(CloseFrame, ToTheClientIsUnmaskedAndCarriesCodeAndText) {
    CloseFrame const close(1012, "service restart", Masking::forbidden);
    EXPECT_EQ(test::ByteVector(close.bytes().begin(), close.bytes().end()),
              test::frame({.opcode = 8}, std::string("\x03\xf4") + "service restart"));
}

TEST(CloseFrame, ToTheBackendIsMaskedAndReadsBackTheSame) {
    CloseFrame const close(1001, "going away", Masking::required);
    EXPECT_EQ(close.bytes()[1] & 0x80, 0x80);
    auto const body = read_close_frame(close.bytes());
    EXPECT_EQ(body.code, 1001);
    EXPECT_EQ(body.text, "going away");
}

TEST(CloseFrame, MasksEveryFrameWithAKeyOfItsOwn) {
    CloseFrame const a(1001, "going away", Masking::required);
    CloseFrame const b(1001, "going away", Masking::required);
    EXPECT_NE(test::ByteVector(a.bytes().begin(), a.bytes().end()),
              test::ByteVector(b.bytes().begin(), b.bytes().end()));
}

TEST(CloseFrame, HasNoBodyForCode1005) {
    EXPECT_EQ(CloseFrame(1005, "unseen", Masking::forbidden).bytes().size(), 2u);
}

TEST(CloseFrame, CutsTextSoThatTheFrameStaysAControlFrame) {
    CloseFrame const close(1012, std::string(200, 'x'), Masking::required);
    EXPECT_EQ(close.bytes()[1] & 0x7f, 125);
    EXPECT_EQ(close.bytes().size(), 131u);
}

TEST(ReadCloseFrame, TakesAMissingBodyFor1005AndABodyOfOneByteFor1002) {
    EXPECT_EQ(read_close_frame(test::frame({.opcode = 8}, "")).code, 1005);
    EXPECT_EQ(read_close_frame(test::frame({.opcode = 8}, "x")).code, 1002);
}

}  // namespace
}  // namespace holdfast::relay
