#pragma once

#include <cstddef>
#include <cstdint>
#include <system_error>

namespace broadcast_hub {

/// What became of a publication.
struct publish_result {
  std::error_code error;        ///< set when nothing was published
  std::uint64_t offset = 0;     ///< its place in the topic, counted from 1
  std::size_t subscribers = 0;  ///< connections subscribed at that moment

  explicit operator bool() const noexcept { return !error; }
};

}  // namespace broadcast_hub
