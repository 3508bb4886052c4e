#pragma once

#include "wire/request_parser.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::test {

/// What a parser made of some bytes.
struct parsed {
  wire::request_parser::result result = wire::request_parser::result::need_more;
  int status = 0;
  std::size_t consumed = 0;
  wire::request request;  ///< when complete
};

/// What `parser` makes of `bytes` when they come in chunks of `chunk`, each in a buffer of just its
/// size.
inline parsed parse(wire::request_parser& parser, std::string_view bytes, std::size_t chunk) {
  parsed found;
  while (!bytes.empty() && found.result == wire::request_parser::result::need_more) {
    const std::size_t size = std::min(chunk, bytes.size());
    const std::vector<char> buffer(bytes.begin(),
                                   bytes.begin() + static_cast<std::ptrdiff_t>(size));
    bytes.remove_prefix(size);
    std::size_t consumed = 0;
    found.result = parser.consume(buffer.data(), size, consumed);
    found.consumed += consumed;
  }
  found.status = parser.status();
  if (found.result == wire::request_parser::result::complete) {
    found.request = parser.take();
  }
  return found;
}

/// What a new parser makes of `bytes`, which has to be the same whether they come one at a time, in
/// pairs or all at once.
inline parsed parse_every_way(std::string_view bytes, std::size_t max_header_bytes = 8192) {
  wire::request_parser for_whole(max_header_bytes);
  parsed whole = parse(for_whole, bytes, bytes.size());
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{2}}) {
    wire::request_parser parser(max_header_bytes);
    const parsed split = parse(parser, bytes, chunk);
    EXPECT_EQ(split.result, whole.result) << "in chunks of " << chunk;
    EXPECT_EQ(split.status, whole.status) << "in chunks of " << chunk;
    EXPECT_EQ(split.consumed, whole.consumed) << "in chunks of " << chunk;
    EXPECT_EQ(split.request.method, whole.request.method);
    EXPECT_EQ(split.request.target, whole.request.target);
    EXPECT_EQ(split.request.headers, whole.request.headers);
  }
  return whole;
}

}  // namespace broadcast_hub::test
