#include "load_generator/payload.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <string>

namespace broadcast_hub::benchmark {
namespace {

TEST(PayloadTest, HasTheSizeAskedFor) {
  for (const payload_kind kind : {payload_kind::letters, payload_kind::json}) {
    for (const std::size_t size : {16U, 64U, 125U, 1000U, 16384U}) {
      EXPECT_EQ(make_payload(kind, 7, size).size(), size);
    }
  }
}

TEST(PayloadTest, IsTheSameForANumberAndDiffersBetweenNumbers) {
  for (const payload_kind kind : {payload_kind::letters, payload_kind::json}) {
    EXPECT_EQ(make_payload(kind, 7, 200), make_payload(kind, 7, 200));
    EXPECT_NE(make_payload(kind, 7, 200), make_payload(kind, 8, 200));
  }
}

TEST(PayloadTest, JsonCanBeParsed) {
  for (std::size_t size = 128; size < 1200; ++size) {
    rapidjson::Document parsed;
    parsed.Parse(make_payload(payload_kind::json, size, size).c_str());
    ASSERT_FALSE(parsed.HasParseError()) << make_payload(payload_kind::json, size, size);
  }
}

}  // namespace
}  // namespace broadcast_hub::benchmark
