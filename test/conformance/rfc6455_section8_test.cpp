#include "support/client_frame.hpp"
#include "support/decoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

// RFC 6455, section 8.1: text is UTF-8.

namespace broadcast_hub::test {
namespace {

using testing::ElementsAre;

std::vector<std::string> valid_texts() {
  return {
      std::string("\0", 1),
      "plain",
      "\x7f",
      "\xc2\x80",
      "\xdf\xbf",
      "\xe0\xa0\x80",
      "\xed\x9f\xbf",
      "\xee\x80\x80",
      "\xef\xbf\xbd",
      "\xef\xbf\xbe",
      "\xef\xbf\xbf",
      "\xf0\x90\x80\x80",
      "\xf4\x8f\xbf\xbf",
      "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5",
      "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z",
  };
}

/// Each is wrong wherever it is cut, and stays wrong whatever follows.
std::vector<std::string> invalid_texts() {
  return {
      "\x80",
      "\xbf",
      "\xc0\x80",
      "\xc0\xaf",
      "\xc1\xbf",
      "\xc3(",
      "\xe0\x80\x80",
      "\xe0\x9f\xbf",
      "\xe2(\xa1",
      "\xe2\x82(",
      "\xed\xa0\x80",
      "\xed\xbf\xbf",
      "\xf0\x80\x80\x80",
      "\xf0\x8f\xbf\xbf",
      "\xf0\x9f\x98(",
      "\xf4\x90\x80\x80",
      "\xf5\x80\x80\x80",
      "\xf8\x88\x80\x80\x80",
      "\xfc\x84\x80\x80\x80\x80",
      "\xfe",
      "\xff",
      "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80 edited",
  };
}

TEST(Rfc6455Section8Test, S81ValidTextPasses) {
  for (const std::string& text : valid_texts()) {
    EXPECT_THAT(decode_every_way(client_frame(opcode::text, text)), ElementsAre(text_event(text)));
  }
}

TEST(Rfc6455Section8Test, S81ValidTextPassesSplitIntoFragmentsAtEveryByte) {
  for (const std::string& text : valid_texts()) {
    for (std::size_t at = 0; at <= text.size(); ++at) {
      const std::string bytes = client_fragment(opcode::text, text.substr(0, at)) +
                                client_frame(opcode::continuation, text.substr(at));
      EXPECT_THAT(decode_every_way(bytes), ElementsAre(text_event(text))) << "split at " << at;
    }
    EXPECT_THAT(decode_every_way(client_message_in_fragments(opcode::text, text, 1)),
                ElementsAre(text_event(text)));
  }
}

TEST(Rfc6455Section8Test, S81InvalidTextFailsWith1007) {
  for (const std::string& text : invalid_texts()) {
    for (const std::string& before :
         {std::string(), std::string("before "), std::string(40, 'b')}) {
      EXPECT_THAT(decode_every_way(client_frame(opcode::text, before + text + " after")),
                  ElementsAre(fault_event(1007)))
          << testing::PrintToString(text);
    }
  }
}

TEST(Rfc6455Section8Test, S81InvalidTextFailsWith1007SplitIntoFragmentsAtEveryByte) {
  for (const std::string& text : invalid_texts()) {
    for (std::size_t at = 0; at <= text.size(); ++at) {
      const std::string bytes = client_fragment(opcode::text, text.substr(0, at)) +
                                client_frame(opcode::continuation, text.substr(at));
      EXPECT_THAT(decode_every_way(bytes), ElementsAre(fault_event(1007)))
          << testing::PrintToString(text) << " split at " << at;
    }
  }
}

TEST(Rfc6455Section8Test, S81TextThatEndsInsideACodePointFailsWith1007) {
  for (const std::string& text : valid_texts()) {
    const bool whole_at_any_length = static_cast<unsigned char>(text.back()) < 0x80;
    if (whole_at_any_length) {
      continue;
    }
    const std::string cut = text.substr(0, text.size() - 1);
    EXPECT_THAT(decode_every_way(client_frame(opcode::text, cut)), ElementsAre(fault_event(1007)));
  }
}

TEST(Rfc6455Section8Test, S81FragmentedTextThatEndsInsideACodePointFailsWith1007) {
  for (const std::string tail : {"\xc3", "\xe2\x82", "\xe2", "\xf0\x9f\x98", "\xf0\x9f", "\xf0"}) {
    const std::string in_the_last =
        client_fragment(opcode::text, "text ") + client_frame(opcode::continuation, tail);
    EXPECT_THAT(decode_every_way(in_the_last), ElementsAre(fault_event(1007)));
    const std::string before_an_empty_last =
        client_fragment(opcode::text, "text " + tail) + client_frame(opcode::continuation, "");
    EXPECT_THAT(decode_every_way(before_an_empty_last), ElementsAre(fault_event(1007)));
    EXPECT_THAT(decode_every_way(client_message_in_fragments(opcode::text, "text " + tail, 1)),
                ElementsAre(fault_event(1007)));
  }
}

TEST(Rfc6455Section8Test, S81InvalidTextFailsBeforeItsMessageEnds) {
  wire::frame_decoder decoder(default_limit);
  EXPECT_THAT(decode(decoder, client_fragment(opcode::text, "\xff"), all_at_once),
              ElementsAre(fault_event(1007)));
}

TEST(Rfc6455Section8Test, S81EachMessageIsCheckedOnItsOwn) {
  const std::string bytes = client_frame(opcode::text, "\xe2\x82\xac") +
                            client_message_in_fragments(opcode::text, "\xe2\x82\xac", 2) +
                            client_frame(opcode::text, "\x82");
  EXPECT_THAT(decode_every_way(bytes), ElementsAre(text_event("\xe2\x82\xac"),
                                                   text_event("\xe2\x82\xac"), fault_event(1007)));
}

}  // namespace
}  // namespace broadcast_hub::test
