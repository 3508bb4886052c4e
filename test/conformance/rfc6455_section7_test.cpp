#include "support/client_frame.hpp"
#include "support/decoding.hpp"
#include "wire/frame_encoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

// RFC 6455, section 7.4: close codes on the wire. The handshake around them is the session's.

namespace broadcast_hub::test {
namespace {

using testing::ElementsAre;

TEST(Rfc6455Section7Test, S715TheCodeOfACloseFrameIsReported) {
  for (const unsigned code : {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U}) {
    EXPECT_THAT(decode_every_way(client_close_frame(code)), ElementsAre(close_event_of(code)));
  }
}

TEST(Rfc6455Section7Test, S716TheReasonOfACloseFrameIsReported) {
  EXPECT_THAT(decode_every_way(client_close_frame(1000, "going home")),
              ElementsAre(close_event_of(1000, "going home")));
}

TEST(Rfc6455Section7Test, S741CodesRegisteredLaterAreAccepted) {
  for (const unsigned code : {1012U, 1013U, 1014U}) {
    EXPECT_THAT(decode_every_way(client_close_frame(code)), ElementsAre(close_event_of(code)));
  }
}

TEST(Rfc6455Section7Test, S741CodesThatMayNotBeSentFailWith1002) {
  for (const unsigned code : {1004U, 1005U, 1006U, 1015U}) {
    EXPECT_THAT(decode_every_way(client_close_frame(code)), ElementsAre(fault_event(1002))) << code;
    EXPECT_THAT(decode_every_way(client_close_frame(code, "why")), ElementsAre(fault_event(1002)))
        << code;
  }
}

TEST(Rfc6455Section7Test, S742CodesBelow1000FailWith1002) {
  for (const unsigned code : {0U, 1U, 255U, 256U, 999U}) {
    EXPECT_THAT(decode_every_way(client_close_frame(code)), ElementsAre(fault_event(1002))) << code;
  }
}

TEST(Rfc6455Section7Test, S742ReservedCodesFailWith1002) {
  for (const unsigned code : {1016U, 1100U, 1999U, 2000U, 2999U}) {
    EXPECT_THAT(decode_every_way(client_close_frame(code)), ElementsAre(fault_event(1002))) << code;
  }
}

TEST(Rfc6455Section7Test, S742CodesOfLibrariesAndApplicationsAreAccepted) {
  for (const unsigned code : {3000U, 3999U, 4000U, 4008U, 4999U}) {
    EXPECT_THAT(decode_every_way(client_close_frame(code, "own")),
                ElementsAre(close_event_of(code, "own")));
  }
}

TEST(Rfc6455Section7Test, S742CodesFrom5000OnFailWith1002) {
  for (const unsigned code : {5000U, 32768U, 65535U}) {
    EXPECT_THAT(decode_every_way(client_close_frame(code)), ElementsAre(fault_event(1002))) << code;
  }
}

TEST(Rfc6455Section7Test, S74WhatMayBeSentIsWhatIsAccepted) {
  for (unsigned code = 0; code <= 0xffff; ++code) {
    wire::frame_decoder decoder(default_limit);
    const auto found = decode(decoder, client_close_frame(code), all_at_once);
    ASSERT_EQ(found.size(), 1U);
    const bool accepted = found.front().what == wire::frame_event::kind::close;
    ASSERT_EQ(accepted, wire::may_send(static_cast<close_code>(code))) << code;
  }
}

}  // namespace
}  // namespace broadcast_hub::test
