#include "support/client_frame.hpp"
#include "support/decoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

// RFC 6455, section 5.4: fragmentation; and section 10.4, limits on it.

namespace broadcast_hub::test {
namespace {

using testing::ElementsAre;

TEST(Rfc6455Section5Test, S54FragmentsMakeOneMessage) {
  for (std::size_t size = 1; size <= 12; ++size) {
    EXPECT_THAT(decode_every_way(client_message_in_fragments(opcode::text, "hello world", size)),
                ElementsAre(text_event("hello world")))
        << "fragments of " << size;
    EXPECT_THAT(decode_every_way(client_message_in_fragments(opcode::binary, "hello world", size)),
                ElementsAre(binary_event("hello world")))
        << "fragments of " << size;
  }
}

TEST(Rfc6455Section5Test, S54EmptyFragmentsAreLegal) {
  const std::string bytes =
      client_fragment(opcode::text, "") + client_fragment(opcode::continuation, "") +
      client_fragment(opcode::continuation, "a") + client_fragment(opcode::continuation, "") +
      client_frame(opcode::continuation, "");
  EXPECT_THAT(decode_every_way(bytes), ElementsAre(text_event("a")));
}

TEST(Rfc6455Section5Test, S54AMessageOfEmptyFragmentsIsEmpty) {
  const std::string bytes =
      client_fragment(opcode::binary, "") + client_frame(opcode::continuation, "");
  EXPECT_THAT(decode_every_way(bytes), ElementsAre(binary_event("")));
}

TEST(Rfc6455Section5Test, S54ControlFramesMayComeBetweenFragments) {
  const std::string bytes = client_fragment(opcode::text, "a") + client_frame(opcode::ping, "p1") +
                            client_fragment(opcode::continuation, "b") +
                            client_frame(opcode::pong, "p2") + client_frame(opcode::ping, "") +
                            client_frame(opcode::continuation, "c");
  EXPECT_THAT(decode_every_way(bytes),
              ElementsAre(ping_event("p1"), pong_event("p2"), ping_event(""), text_event("abc")));
}

TEST(Rfc6455Section5Test, S54CloseMayComeBetweenFragments) {
  const std::string bytes = client_fragment(opcode::text, "a") + client_close_frame(1001, "bye");
  EXPECT_THAT(decode_every_way(bytes), ElementsAre(close_event_of(1001, "bye")));
}

TEST(Rfc6455Section5Test, S54ControlFramesBetweenFragmentsKeepTheTextsCodePoints) {
  const std::string bytes = client_fragment(opcode::text, "\xe2\x82") +
                            client_frame(opcode::ping, "\xff\xfe") +
                            client_frame(opcode::continuation, "\xac");
  EXPECT_THAT(decode_every_way(bytes),
              ElementsAre(ping_event("\xff\xfe"), text_event("\xe2\x82\xac")));
}

TEST(Rfc6455Section5Test, S54AContinuationOfNothingFailsWith1002) {
  EXPECT_THAT(decode_every_way(client_frame(opcode::continuation, "x")),
              ElementsAre(fault_event(1002)));
  EXPECT_THAT(decode_every_way(client_fragment(opcode::continuation, "x")),
              ElementsAre(fault_event(1002)));
}

TEST(Rfc6455Section5Test, S54AContinuationAfterAWholeMessageFailsWith1002) {
  const std::string whole = client_frame(opcode::text, "a");
  EXPECT_THAT(decode_every_way(whole + client_frame(opcode::continuation, "b")),
              ElementsAre(text_event("a"), fault_event(1002)));
  const std::string fragments = client_message_in_fragments(opcode::text, "ab", 1);
  EXPECT_THAT(decode_every_way(fragments + client_frame(opcode::continuation, "c")),
              ElementsAre(text_event("ab"), fault_event(1002)));
}

TEST(Rfc6455Section5Test, S54AControlFrameIsNoMessageToContinue) {
  EXPECT_THAT(
      decode_every_way(client_frame(opcode::ping, "p") + client_frame(opcode::continuation, "b")),
      ElementsAre(ping_event("p"), fault_event(1002)));
}

TEST(Rfc6455Section5Test, S54ANewMessageAmongFragmentsFailsWith1002) {
  for (const unsigned code : {opcode::text, opcode::binary}) {
    EXPECT_THAT(decode_every_way(client_fragment(opcode::text, "a") + client_frame(code, "b")),
                ElementsAre(fault_event(1002)))
        << "opcode " << code;
    EXPECT_THAT(decode_every_way(client_fragment(opcode::text, "a") +
                                 client_frame(opcode::ping, "p") + client_fragment(code, "b")),
                ElementsAre(ping_event("p"), fault_event(1002)))
        << "opcode " << code;
  }
}

TEST(Rfc6455Section5Test, S54TheKindIsThatOfTheFirstFragment) {
  const std::string not_text =
      client_fragment(opcode::binary, "\xff") + client_frame(opcode::continuation, "\xfe");
  EXPECT_THAT(decode_every_way(not_text), ElementsAre(binary_event("\xff\xfe")));
}

TEST(Rfc6455Section5Test, S54FragmentedMessagesFollowEachOther) {
  const std::string bytes = client_message_in_fragments(opcode::text, "first", 2) +
                            client_message_in_fragments(opcode::binary, "second", 3) +
                            client_frame(opcode::text, "third") +
                            client_message_in_fragments(opcode::text, "fourth", 1);
  EXPECT_THAT(decode_every_way(bytes), ElementsAre(text_event("first"), binary_event("second"),
                                                   text_event("third"), text_event("fourth")));
}

TEST(Rfc6455Section5Test, S54AMessageIn65536OneByteFragmentsIsLegal) {
  constexpr std::size_t count = 65536;
  const std::string payload(count, 'f');
  const auto found = decode_every_way(client_message_in_fragments(opcode::text, payload, 1), count);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found.front() == text_event(payload));
}

TEST(Rfc6455Section5Test, S54MessagesOf16MebibytesInFragmentsPassWithARaisedLimit) {
  constexpr std::size_t size = 16 * 1024 * 1024;
  const std::string payload(size, 'm');
  const std::string bytes = client_message_in_fragments(opcode::binary, payload, 100'000);
  for (const std::size_t chunk : {std::size_t{4093}, all_at_once}) {
    wire::frame_decoder decoder(size);
    const auto found = decode(decoder, bytes, chunk);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found.front() == binary_event(payload));
  }
}

TEST(Rfc6455Section10Test, S104TheLimitHoldsForAllFragmentsTogether) {
  constexpr std::size_t limit = 10;
  const std::string seven = client_fragment(opcode::binary, "1234567");
  EXPECT_THAT(decode_every_way(seven + client_frame(opcode::continuation, "890"), limit),
              ElementsAre(binary_event("1234567890")));
  EXPECT_THAT(decode_every_way(seven + client_frame(opcode::continuation, "890x"), limit),
              ElementsAre(fault_event(1009)));
}

TEST(Rfc6455Section10Test, S104ControlFramesDoNotCountAgainstTheLimit) {
  constexpr std::size_t limit = 4;
  const std::string bytes = client_fragment(opcode::text, "ab") +
                            client_frame(opcode::ping, std::string(125, 'p')) +
                            client_frame(opcode::continuation, "cd");
  EXPECT_THAT(decode_every_way(bytes, limit),
              ElementsAre(ping_event(std::string(125, 'p')), text_event("abcd")));
}

TEST(Rfc6455Section10Test, S104LengthsOfFragmentsDoNotWrapAround) {
  // With 2^64 - 5 behind five bytes, or behind ten, a sum of 64 bits is below any limit again.
  for (const std::string start : {"12345", "1234567890"}) {
    for (const std::uint64_t back : {1U, 5U, 6U, 10U}) {
      const std::string bytes = client_fragment(opcode::binary, start) +
                                client_frame_header(opcode::continuation, 0 - back);
      EXPECT_THAT(decode_every_way(bytes), ElementsAre(fault_event(1009)))
          << start << " then 2^64 - " << back;
    }
  }
}

}  // namespace
}  // namespace broadcast_hub::test
