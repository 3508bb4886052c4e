#include "base/keyed_hash.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace broadcast_hub {
namespace {

using eight_bytes = std::array<char, 8>;

std::uint64_t little_endian(const eight_bytes& bytes) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    word = word << 8U | static_cast<unsigned char>(bytes[i]);
  return word;
}

eight_bytes little_endian(std::uint64_t word) noexcept {
  eight_bytes bytes{};
  for (char& byte : bytes) {
    byte = static_cast<char>(word & 0xffU);
    word >>= 8U;
  }
  return bytes;
}

/// The names are those of the paper "SipHash: a fast short-input PRF".
class sip_state {
 public:
  sip_state(std::uint64_t k0, std::uint64_t k1) noexcept
      : v0_(k0 ^ 0x736f6d6570736575U),
        v1_(k1 ^ 0x646f72616e646f6dU ^ 0xeeU),
        v2_(k0 ^ 0x6c7967656e657261U),
        v3_(k1 ^ 0x7465646279746573U) {}

  void take(std::string_view bytes) noexcept {
    length_ += bytes.size();
    // Whole words need not be gathered.
    for (; held_count_ == 0 && bytes.size() >= held_.size(); bytes.remove_prefix(held_.size())) {
      std::copy_n(bytes.begin(), held_.size(), held_.begin());
      compress();
    }
    while (!bytes.empty()) {
      const std::size_t count = std::min(bytes.size(), held_.size() - held_count_);
      std::copy_n(bytes.begin(), count, held_.begin() + held_count_);
      held_count_ += count;
      bytes.remove_prefix(count);
      if (held_count_ == held_.size())
        compress();
    }
  }

  digest end() noexcept {
    std::fill(held_.begin() + held_count_, held_.end(), '\0');
    held_.back() = static_cast<char>(length_ & 0xffU);
    compress();
    v2_ ^= 0xeeU;
    const std::uint64_t low = finish();
    v1_ ^= 0xddU;
    return {low, finish()};
  }

 private:
  void compress() noexcept {
    const std::uint64_t word = little_endian(held_);
    held_count_ = 0;
    v3_ ^= word;
    round();
    round();
    v0_ ^= word;
  }

  std::uint64_t finish() noexcept {
    for (int i = 0; i < 4; ++i)
      round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

  void round() noexcept {
    v0_ += v1_;
    v2_ += v3_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v1_;
    v0_ += v3_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_;
  std::uint64_t v1_;
  std::uint64_t v2_;
  std::uint64_t v3_;
  eight_bytes held_{};  // the beginning of a word
  std::size_t held_count_ = 0;
  std::size_t length_ = 0;
};

}  // namespace

keyed_hash keyed_hash::with_random_secret() {
  const random_source random = system_random();
  const std::uint64_t low = random_number(random);
  return {low, random_number(random)};
}

digest keyed_hash::of(std::string_view text) const noexcept {
  sip_state state(low_, high_);
  state.take(text);
  return state.end();
}

digest keyed_hash::of(std::initializer_list<std::string_view> texts) const noexcept {
  sip_state state(low_, high_);
  for (const std::string_view text : texts) {
    const eight_bytes size = little_endian(text.size());
    state.take({size.data(), size.size()});
    state.take(text);
  }
  return state.end();
}

}  // namespace broadcast_hub
