#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace broadcast_hub::stress {

/// Which publication a payload is.
struct publication_mark {
  std::uint64_t life = 0;       ///< of the server, counted from 1
  std::uint64_t topic = 0;      ///< counted from 0
  std::uint64_t publisher = 0;  ///< counted from 0
  std::uint64_t number = 0;     ///< of this publisher on this topic in this life, counted from 1

  bool operator==(const publication_mark&) const = default;
};

std::string topic_name(std::uint64_t topic);

/// The only topic whose history may be too short.
inline constexpr std::uint64_t short_topic = 0;

/// JSON that says the mark, and some more, so that frames differ in size.
std::string write_payload(const publication_mark& mark);

/// Errors: throws `std::runtime_error` when it is not, byte for byte, what `write_payload` makes.
publication_mark read_payload(std::string_view payload);

}  // namespace broadcast_hub::stress
