#include "fuzz/server_frame_reader_check.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view frame(reinterpret_cast<const char*>(data), size);
  const std::string wrong = broadcast_hub::test::check_server_frame(frame);
  if (wrong.empty())
    return 0;
  std::fprintf(stderr, "%s\n", wrong.c_str());
  std::abort();
}
