#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace broadcast_hub::stress {

/// Which publication a payload is: the how manieth of which thread, both counted from 0.
struct publication_number {
  std::uint32_t thread = 0;
  std::uint32_t sequence = 0;
};

/// A payload says its number, and some bytes follow, so that frames differ in size.
class order_payload {
 public:
  explicit order_payload(publication_number number) noexcept
      : size_(sizeof number + number.sequence % 32) {
    bytes_.fill('.');
    std::memcpy(bytes_.data(), &number, sizeof number);
  }

  std::string_view bytes() const noexcept { return {bytes_.data(), size_}; }

  /// Nothing when it is not a whole payload of ours.
  static std::optional<publication_number> read(std::string_view payload) noexcept {
    publication_number number;
    if (payload.size() < sizeof number)
      return {};
    std::memcpy(&number, payload.data(), sizeof number);
    if (payload != order_payload(number).bytes())
      return {};
    return number;
  }

 private:
  std::array<char, sizeof(publication_number) + 31> bytes_;
  std::size_t size_;
};

}  // namespace broadcast_hub::stress
