#include "fuzz/command_decoder_check.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

// The frames that a fuzzer begins with, and those that it found, under every compiler.

namespace broadcast_hub::test {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(CorpusTest, NothingInItIsWrong) {
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(BROADCAST_HUB_FUZZ_CORPUS "/command_decoder")) {
    EXPECT_EQ(check_frame(content_of(entry.path())), "") << entry.path();
    ++count;
  }
  EXPECT_GE(count, 20U);
}

TEST(CorpusTest, CutOffAndChangedNothingInItIsWrongEither) {
  for (const auto& entry :
       std::filesystem::directory_iterator(BROADCAST_HUB_FUZZ_CORPUS "/command_decoder")) {
    const std::string frame = content_of(entry.path());
    for (std::size_t at = 0; at < frame.size(); ++at) {
      EXPECT_EQ(check_frame(frame.substr(0, at)), "") << entry.path() << " up to " << at;
      for (const char byte : {'\0', '"', '\\', '}', ']', '0', ' '}) {
        std::string changed = frame;
        changed[at] = byte;
        EXPECT_EQ(check_frame(changed), "") << entry.path() << " changed at " << at;
      }
    }
  }
}

}  // namespace
}  // namespace broadcast_hub::test
