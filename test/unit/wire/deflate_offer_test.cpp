#include "wire/deflate_offer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace broadcast_hub::wire {
namespace {

constexpr std::string_view accepted =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

struct offer_case {
  std::string_view offer;
  std::string expected;
};

const std::string with_window = std::string(accepted) + "; server_max_window_bits=15";

std::string window_of(int bits) {
  return std::string(accepted) + "; server_max_window_bits=" + std::to_string(bits);
}

std::string answer_to(std::string_view offer) {
  const auto agreed = accept_deflate(offer);
  return agreed ? agreed->answer : "";
}

TEST(DeflateOfferTest, OffersOfBrowsersAndLibrariesAreAccepted) {
  for (const std::string_view offer : {
           "permessage-deflate; client_max_window_bits",      // Chromium, npm's ws
           "permessage-deflate",                              // Firefox, Safari
           "permessage-deflate; client_no_context_takeover",  // Python's websockets
           "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
       }) {
    EXPECT_EQ(answer_to(offer), accepted) << offer;
  }
}

TEST(DeflateOfferTest, Rfc7692Section7IsKept) {
  const offer_case cases[] = {
      // 7.1.1.1 and 7.1.1.2: no value may stand with either
      {"permessage-deflate; server_no_context_takeover", std::string(accepted)},
      {"permessage-deflate; server_no_context_takeover=1", ""},
      {"permessage-deflate; server_no_context_takeover=\"true\"", ""},
      {"permessage-deflate; client_no_context_takeover=0", ""},
      // 7.1.2.1: a value of 8 to 15 must stand with it
      {"permessage-deflate; server_max_window_bits=15", with_window},
      {"permessage-deflate; server_max_window_bits=\"15\"", with_window},
      {"permessage-deflate; server_max_window_bits=10", window_of(10)},
      {"permessage-deflate; server_max_window_bits=8", window_of(8)},
      {"permessage-deflate; server_max_window_bits=14", window_of(14)},
      {"permessage-deflate; server_max_window_bits", ""},
      {"permessage-deflate; server_max_window_bits=16", ""},
      {"permessage-deflate; server_max_window_bits=7", ""},
      {"permessage-deflate; server_max_window_bits=015", ""},
      {"permessage-deflate; server_max_window_bits=+15", ""},
      {"permessage-deflate; server_max_window_bits=1e1", ""},
      // 7.1.2.2: a value is not needed, but if there is one it is 8 to 15
      {"permessage-deflate; client_max_window_bits=8", std::string(accepted)},
      {"permessage-deflate; client_max_window_bits=10", std::string(accepted)},
      {"permessage-deflate; client_max_window_bits=15", std::string(accepted)},
      {"permessage-deflate; client_max_window_bits=7", ""},
      {"permessage-deflate; client_max_window_bits=16", ""},
      {"permessage-deflate; client_max_window_bits=08", ""},
      {"permessage-deflate; client_max_window_bits=a", ""},
      // 7: what is not defined, and what stands there twice
      {"permessage-deflate; unknown", ""},
      {"permessage-deflate; client_max_window_bits; unknown=1", ""},
      {"permessage-deflate; client_max_window_bits; client_max_window_bits", ""},
      {"permessage-deflate; server_no_context_takeover; server_no_context_takeover", ""},
      {"permessage-deflate; server_max_window_bits=15; server_max_window_bits=15", ""},
      // 7.1.3: the examples
      {"permessage-deflate; client_max_window_bits; server_max_window_bits=10", window_of(10)},
      {"permessage-deflate; client_max_window_bits; server_max_window_bits=10, "
       "permessage-deflate; client_max_window_bits",
       std::string(accepted)},
      // a window that all can have comes first
      {"permessage-deflate; server_max_window_bits=9, permessage-deflate; "
       "server_max_window_bits=10",
       window_of(9)},
      // 5: other extensions beside it, and fallbacks in the order of the client's wishes
      {"", ""},
      {"permessage-bzip2", ""},
      {"x-webkit-deflate-frame", ""},
      {"permessage-foo, permessage-deflate", std::string(accepted)},
      {"permessage-deflate; use_y, permessage-deflate", std::string(accepted)},
      {"permessage-deflate; server_max_window_bits=15, permessage-deflate", with_window},
      {"permessage-deflate, permessage-deflate; server_max_window_bits=15", std::string(accepted)},
      {"permessage-deflate;", ""},
      {"permessage-deflate=1", ""},
  };
  for (const offer_case& one : cases) {
    EXPECT_EQ(answer_to(one.offer), one.expected) << one.offer;
  }
}

// What such a client is sent must not be compressed as for the others.
TEST(DeflateOfferTest, ASmallerWindowIsTold) {
  for (const std::string bits : {"8", "9", "10", "14"}) {
    const auto agreed = accept_deflate("permessage-deflate; server_max_window_bits=" + bits);
    ASSERT_TRUE(agreed) << bits;
    EXPECT_TRUE(agreed->limited_window) << bits;
  }
  EXPECT_FALSE(accept_deflate(with_window)->limited_window);
  EXPECT_FALSE(accept_deflate(accepted)->limited_window);
}

TEST(DeflateOfferTest, NoAnswerHasWhatItsOwnRulesForbid) {
  EXPECT_TRUE(accept_deflate(accepted));
  EXPECT_TRUE(accept_deflate(with_window));
}

}  // namespace
}  // namespace broadcast_hub::wire
