#include "load_generator/handshake.hpp"

#include <gtest/gtest.h>

#include <string>

namespace broadcast_hub::benchmark {
namespace {

std::string answer_with(const std::string& fields) {
  return "HTTP/1.1 101 Switching Protocols\r\n"
         "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" +
         fields + "\r\n";
}

TEST(HandshakeTest, ReadsTheHeadAndNothingBehindIt) {
  const std::string head = answer_with("");
  const handshake_answer answer = read_handshake(head + "\x81\x01x", client_kind::plain);
  EXPECT_EQ(answer.fault, "");
  EXPECT_EQ(answer.size, head.size());
  EXPECT_FALSE(answer.deflate);
}

TEST(HandshakeTest, WaitsForTheWholeHead) {
  const std::string head = answer_with("");
  EXPECT_EQ(read_handshake(head.substr(0, head.size() - 1), client_kind::plain).size, 0U);
}

TEST(HandshakeTest, ReadsWhatWasAgreedAboutDeflate) {
  const std::string name = "sec-websocket-extensions: ";
  const handshake_answer plain =
      read_handshake(answer_with(name + "permessage-deflate\r\n"), client_kind::deflating);
  EXPECT_EQ(plain.fault, "");
  EXPECT_TRUE(plain.deflate);
  EXPECT_TRUE(plain.server_context_takeover);

  const handshake_answer stateless =
      read_handshake(answer_with(name + "permessage-deflate; client_max_window_bits=12 ;"
                                        "server_no_context_takeover\r\n"),
                     client_kind::deflating);
  EXPECT_EQ(stateless.fault, "");
  EXPECT_FALSE(stateless.server_context_takeover);
}

TEST(HandshakeTest, NamesWhatIsWrong) {
  const std::string deflate = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  const struct {
    std::string bytes;
    client_kind kind;
    std::string fault;
  } cases[] = {
      {"HTTP/1.1 503 Busy\r\n\r\n", client_kind::plain, "was refused: HTTP/1.1 503 Busy"},
      {"HTTP/1.1 101 Yes\r\n\r\n", client_kind::plain,
       "got a 101 without the right Sec-WebSocket-Accept"},
      {answer_with(""), client_kind::deflating, "was not granted permessage-deflate"},
      {answer_with(deflate), client_kind::plain, "was given permessage-deflate without asking"},
      {answer_with("Sec-WebSocket-Extensions: x-other\r\n"), client_kind::deflating,
       "got an extension that was not offered"},
      {answer_with("Sec-WebSocket-Extensions: permessage-deflate; level=9\r\n"),
       client_kind::deflating, "got a parameter that permessage-deflate does not have"},
      {answer_with(""), client_kind::envelope, "was not granted bhub.v1"},
      {answer_with("Sec-WebSocket-Protocol: bhub.v2\r\n"), client_kind::envelope,
       "was not granted bhub.v1"},
      {answer_with("Sec-WebSocket-Protocol: bhub.v1\r\n"), client_kind::plain,
       "was given a subprotocol without asking"},
      {answer_with("Sec-WebSocket-Protocol: bhub.v1\r\n"), client_kind::envelope, ""},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(read_handshake(each.bytes, each.kind).fault, each.fault);
  }
}

}  // namespace
}  // namespace broadcast_hub::benchmark
