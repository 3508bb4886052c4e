#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::protocol {

/// Somebody who is there. `user` and `info` may be empty; `info` is JSON or other text.
struct present_client {
  std::string_view id;
  std::string_view user;
  std::string_view info;
};

/// `count`: of all who are there; where they are not all in `clients`, none is named.
std::string write_presence(std::uint64_t id, const std::vector<present_client>& clients,
                           std::size_t count);

/// Who came and went since the last such frame; without names when there are too many.
std::string write_presence_change(std::string_view topic, const std::vector<present_client>& joined,
                                  const std::vector<present_client>& left, std::size_t count);

}  // namespace broadcast_hub::protocol
