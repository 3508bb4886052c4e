#include "wire/close_payload.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace broadcast_hub::wire {
namespace {

using kind = frame_event::kind;

struct close_case {
  std::string_view payload;
  kind what;
  unsigned code;
  std::string_view reason;  // of a close only: the words of a fault are for people
};

TEST(ClosePayloadTest, ReadsCodeAndReason) {
  const close_case cases[] = {
      {"", kind::close, 1005, ""},
      {"\x03\xe8", kind::close, 1000, ""},
      {"\x03\xe9going", kind::close, 1001, "going"},
      {"\x0f\xa0own", kind::close, 4000, "own"},
      {"\x03", kind::fault, 1002, ""},
      {"\x03\xed", kind::fault, 1002, ""},
      {"\x03\xee", kind::fault, 1002, ""},
      {"\x03\xf7", kind::fault, 1002, ""},
      {{"\x00\x00", 2}, kind::fault, 1002, ""},
      {"\x13\x88", kind::fault, 1002, ""},
      {"\x03\xe8\xff", kind::fault, 1007, ""},
      {"\x03\xe8\xe2\x82", kind::fault, 1007, ""},
      {"\x03\xed\xff", kind::fault, 1002, ""},
  };
  for (const close_case& one : cases) {
    const frame_event event = read_close_payload(one.payload);
    EXPECT_EQ(event.what, one.what) << testing::PrintToString(one.payload);
    EXPECT_EQ(static_cast<unsigned>(event.code), one.code) << testing::PrintToString(one.payload);
    if (one.what == kind::close) {
      EXPECT_EQ(event.payload, one.reason);
    } else {
      EXPECT_FALSE(event.payload.empty());
    }
  }
}

}  // namespace
}  // namespace broadcast_hub::wire
