#pragma once

#include "topic/encoded.hpp"
#include "topic/lane_kind.hpp"
#include "topic/unit_format.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace broadcast_hub::session::test {

/// What the tests publish: the topic, its number there, and dots, in all encodings. They differ in
/// size, and can be read without inflating.
class publication {
 public:
  publication(std::string_view topic, std::uint64_t number, std::size_t dots);
  publication(const publication&) = delete;
  publication& operator=(const publication&) = delete;

  const topic::encoded& encodings() const noexcept { return encodings_; }

  /// Of its frames, by lane, when it gets that number.
  std::array<std::uint64_t, topic::lane_count> sizes() const;

 private:
  std::string start_;
  std::uint64_t number_;
  std::string rest_;
  std::string deflated_rest_;
  std::string raw_;
  std::string deflated_;
  topic::encoded encodings_;
};

/// Numbers publications as above.
topic::unit_format publication_format();

/// The first byte of the frames of a lane.
unsigned first_byte(topic::lane_kind lane) noexcept;

/// "topic:number" and perhaps dots.
std::string_view text_in(std::string_view frame) noexcept;

}  // namespace broadcast_hub::session::test
