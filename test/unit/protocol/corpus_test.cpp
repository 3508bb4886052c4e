#include "fuzz/command_decoder_check.hpp"
#include "fuzz/server_frame_reader_check.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <string_view>

// The frames that fuzzers begin with, and those that they found, under every compiler.

namespace broadcast_hub::test {
namespace {

struct corpus {
  const char* folder;
  std::string (*check)(std::string_view frame);

  friend void PrintTo(const corpus& what, std::ostream* to) { *to << what.folder; }

  std::filesystem::directory_iterator files() const {
    return std::filesystem::directory_iterator(std::filesystem::path(BROADCAST_HUB_FUZZ_CORPUS) /
                                               folder);
  }
};

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class CorpusTest : public testing::TestWithParam<corpus> {};

TEST_P(CorpusTest, NothingInItIsWrong) {
  std::size_t count = 0;
  for (const auto& entry : GetParam().files()) {
    EXPECT_EQ(GetParam().check(content_of(entry.path())), "") << entry.path();
    ++count;
  }
  EXPECT_GE(count, 20U);
}

TEST_P(CorpusTest, CutOffAndChangedNothingInItIsWrongEither) {
  const auto check = GetParam().check;
  for (const auto& entry : GetParam().files()) {
    const std::string frame = content_of(entry.path());
    if (frame.size() > 4096)
      continue;  // it would take minutes
    for (std::size_t at = 0; at < frame.size(); ++at) {
      EXPECT_EQ(check(frame.substr(0, at)), "") << entry.path() << " up to " << at;
      for (const char byte : {'\0', '"', '\\', '}', ']', '0', ' '}) {
        std::string changed = frame;
        changed[at] = byte;
        EXPECT_EQ(check(changed), "") << entry.path() << " changed at " << at;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Decoders, CorpusTest,
                         testing::Values(corpus{"command_decoder", check_client_frame},
                                         corpus{"server_frame_reader", check_server_frame}));

}  // namespace
}  // namespace broadcast_hub::test
