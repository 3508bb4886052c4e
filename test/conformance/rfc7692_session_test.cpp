#include "session/session.hpp"
#include "unit/session/session_fixture.hpp"
#include "wire/deflater.hpp"

#include <string>
#include <string_view>
#include <vector>

// RFC 7692: compressed messages from a client.

namespace broadcast_hub::session {
namespace {

using namespace broadcast_hub::test;
using namespace std::string_literals;
using namespace std::string_view_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr unsigned rsv1 = 4;
constexpr auto hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"sv;  // section 7.2.3.1

class Rfc7692SessionTest : public test::session_fixture {
 protected:
  void SetUp() override { open_with(true); }

  void open_with(bool deflate) {
    session_.reset();
    events_.clear();
    receive(plain_request);
    peer().open({handshake_response, deflate}, now_);
    join_topics();
    sent();
    events_.clear();
  }

  static std::string compressed_frame(unsigned code, std::string_view payload, bool fin = true) {
    frame_options options;
    options.rsv = rsv1;
    options.fin = fin;
    return client_frame(code, payload, options);
  }

  /// A message in fragments: only the first has RSV1.
  static std::string compressed_fragments(unsigned code, std::string_view payload,
                                          std::size_t size) {
    std::string bytes = client_message_in_fragments(code, payload, size);
    bytes[0] = static_cast<char>(bytes[0] | 0x40);
    return bytes;
  }

  static std::string compress(std::string_view text) {
    wire::deflater deflater(6);
    return std::string(wire::payload_of(deflater.make_frame(wire::opcode::binary, text)));
  }

  void expect_fault(std::string_view bytes, unsigned code) {
    open_with(true);
    receive(bytes);
    EXPECT_THAT(events_, IsEmpty());
    const std::vector<std::string> frames = sent_frames();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames.front().substr(0, 10), "close:" + std::to_string(code));
    EXPECT_EQ(peer().ended_by(), cause::protocol_error);
  }
};

TEST_F(Rfc7692SessionTest, S6CompressedAndUncompressedMessagesMayAlternate) {
  receive(compressed_frame(opcode::text, hello) + client_frame(opcode::text, "plain") +
          compressed_frame(opcode::binary, hello) + client_frame(opcode::binary, "plain"));
  EXPECT_THAT(events_, ElementsAre("text:Hello", "text:plain", "binary:Hello", "binary:plain"));
}

TEST_F(Rfc7692SessionTest, S6OnlyTheFirstFrameOfAMessageIsMarked) {
  for (const std::size_t size : {1U, 2U, 3U, 6U, 7U}) {
    open_with(true);
    receive(compressed_fragments(opcode::text, hello, size));
    EXPECT_THAT(events_, ElementsAre("text:Hello")) << size;
  }
}

TEST_F(Rfc7692SessionTest, S6ControlFramesMayStandBetweenFragments) {
  receive(compressed_frame(opcode::text, hello.substr(0, 3), false) +
          client_frame(opcode::ping, "p") + client_frame(opcode::continuation, hello.substr(3)) +
          client_frame(opcode::text, "plain"));
  EXPECT_THAT(events_, ElementsAre("text:Hello", "text:plain"));
  EXPECT_THAT(sent_frames(), ElementsAre("pong:p"));
}

TEST_F(Rfc7692SessionTest, S6WhereverTheBytesAreCutTheMessageIsTheSame) {
  const std::string bytes = compressed_fragments(opcode::text, compress(std::string(900, 'x')), 5) +
                            compressed_frame(opcode::binary, hello);
  for (const std::size_t chunk : {1U, 2U, 3U, 7U, 1'000U}) {
    open_with(true);
    receive(bytes, chunk);
    EXPECT_THAT(events_, ElementsAre("text:" + std::string(900, 'x'), "binary:Hello")) << chunk;
  }
}

TEST_F(Rfc7692SessionTest, S61TheMarkOnAControlFrameIsAnError) {
  for (const unsigned code : {opcode::ping, opcode::pong, opcode::close})
    expect_fault(compressed_frame(code, ""), 1002);
}

TEST_F(Rfc7692SessionTest, S61TheMarkOnALaterFragmentIsAnError) {
  expect_fault(compressed_frame(opcode::text, hello.substr(0, 3), false) +
                   compressed_frame(opcode::continuation, hello.substr(3)),
               1002);
  expect_fault(client_fragment(opcode::text, "He") + compressed_frame(opcode::continuation, hello),
               1002);
}

TEST_F(Rfc7692SessionTest, S6OtherReservedBitsStayErrors) {
  for (const unsigned bits : {1U, 2U, 3U, 5U, 6U, 7U}) {
    frame_options options;
    options.rsv = bits;
    expect_fault(client_frame(opcode::text, hello, options), 1002);
  }
}

TEST_F(Rfc7692SessionTest, S6WithoutAnAgreementTheMarkIsAnError) {
  open_with(false);
  receive(compressed_frame(opcode::text, hello));
  EXPECT_THAT(events_, IsEmpty());
  EXPECT_EQ(peer().ending().code, close_code::protocol_error);
}

// A decoder serves one connection after another.
TEST_F(Rfc7692SessionTest, S6AnAgreementEndsWithItsConnection) {
  receive(compressed_frame(opcode::text, hello));
  EXPECT_THAT(events_, ElementsAre("text:Hello"));
  open_with(false);
  receive(compressed_frame(opcode::text, hello));
  EXPECT_EQ(peer().ending().code, close_code::protocol_error);
}

TEST_F(Rfc7692SessionTest, S722WhatIsNoDeflateStreamIsInvalidPayload) {
  expect_fault(compressed_frame(opcode::text, "\xff\xff\xff\xff"), 1007);
  expect_fault(compressed_frame(opcode::binary, "\xff\xff\xff\xff"), 1007);
  expect_fault(compressed_frame(opcode::binary, hello.substr(0, 5)), 1007);
  expect_fault(compressed_frame(opcode::binary, ""), 1007);
}

TEST_F(Rfc7692SessionTest, S722TextIsCheckedForUtf8OnceInflated) {
  std::string bad(300, 'x');
  bad += "\xc3(";
  expect_fault(compressed_frame(opcode::text, compress(bad)), 1007);
  expect_fault(compressed_fragments(opcode::text, compress(bad), 7), 1007);
  open_with(true);
  receive(compressed_frame(opcode::binary, compress(bad)));
  EXPECT_THAT(events_, ElementsAre("binary:" + bad));
}

TEST_F(Rfc7692SessionTest, S723TheExamplesAreUnderstood) {
  for (const std::string_view payload :
       {hello, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"sv,
        "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"sv,
        "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"sv}) {
    open_with(true);
    receive(compressed_frame(opcode::text, payload));
    EXPECT_THAT(events_, ElementsAre("text:Hello"));
  }
  open_with(true);
  receive(compressed_frame(opcode::text, "\x00"sv));
  EXPECT_THAT(events_, ElementsAre("text:"));
}

// RFC 7692, section 8: a small message may hold a huge one.
TEST_F(Rfc7692SessionTest, S8TheLimitCountsWhatComesOut) {
  const std::size_t limit = options_.limits.max_message_bytes;
  const std::string most(limit, 'x');
  receive(compressed_frame(opcode::text, compress(most)));
  EXPECT_THAT(events_, ElementsAre("text:" + most));
  expect_fault(compressed_frame(opcode::text, compress(most + "x")), 1009);
  expect_fault(compressed_frame(opcode::text, compress(std::string(200 * limit, '\0'))), 1009);
}

// Stored blocks cost five bytes each; zlib's smallest ones hold 127.
TEST_F(Rfc7692SessionTest, S8WhatDoesNotCompressFitsTooUpToTheLimit) {
  const std::string most(options_.limits.max_message_bytes, 'x');
  for (const std::size_t block : {127U, 255U, 16'383U, 65'535U}) {
    std::string stored;
    for (std::size_t at = 0; at < most.size(); at += block) {
      const std::string part = most.substr(at, block);
      const auto size = static_cast<unsigned>(part.size());
      for (const unsigned byte : {0U, size & 0xffU, size >> 8U, ~size & 0xffU, ~size >> 8U & 0xffU})
        stored += static_cast<char>(byte);
      stored += part;
    }
    open_with(true);
    receive(compressed_frame(opcode::text, stored + '\0'));
    EXPECT_THAT(events_, ElementsAre("text:" + most)) << block;
  }
}

TEST_F(Rfc7692SessionTest, S8AFrameThatNoCompressionNeedsIsRefusedByItsHeader) {
  frame_options options;
  options.rsv = rsv1;
  receive(client_frame_header(opcode::binary, 80'000, options));
  EXPECT_EQ(peer().ending().code, close_code::message_too_big);
}

TEST_F(Rfc7692SessionTest, S5BytesBehindTheHandshakeMayBeCompressed) {
  session_.reset();
  receive(plain_request + compressed_frame(opcode::text, hello));
  std::string early = peer().open({handshake_response, true}, now_);
  join_topics();
  receive(early);
  EXPECT_EQ(events_.back(), "text:Hello");
}

TEST_F(Rfc7692SessionTest, S7MessagesBehindOurCloseAreNotInflated) {
  close();
  EXPECT_THAT(sent_frames(), ElementsAre("close:1000"));
  receive(compressed_frame(opcode::text, "\xff\xff") + client_close_frame(1000));
  EXPECT_THAT(events_, IsEmpty());
  EXPECT_EQ(ending(), "1000, clean");
}

}  // namespace
}  // namespace broadcast_hub::session
