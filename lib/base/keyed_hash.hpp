#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string_view>

namespace broadcast_hub {

/// What stands for some bytes.
struct digest {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(const digest&) const = default;
};

/// SipHash-2-4 with 128 bits (Aumasson and Bernstein). Whoever does not know the secret can neither
/// foretell a digest nor find two inputs with the same one; of so many bits chance finds none
/// either. So where a digest is the same, the bytes may be taken for the same.
///
/// Thread safety: all methods may be called from any thread.
class keyed_hash {
 public:
  /// `low`, `high`: the secret.
  constexpr keyed_hash(std::uint64_t low, std::uint64_t high) noexcept : low_(low), high_(high) {}

  /// With a secret that nobody knows.
  static keyed_hash with_random_secret();

  /// Of one text.
  digest of(std::string_view text) const noexcept;

  /// Of several texts: "ab", "c" is not "a", "bc".
  digest of(std::initializer_list<std::string_view> texts) const noexcept;

 private:
  std::uint64_t low_;
  std::uint64_t high_;
};

}  // namespace broadcast_hub

template <>
struct std::hash<broadcast_hub::digest> {
  std::size_t operator()(const broadcast_hub::digest& one) const noexcept {
    return static_cast<std::size_t>(one.low);
  }
};
