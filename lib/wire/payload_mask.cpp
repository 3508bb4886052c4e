#include "wire/payload_mask.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace broadcast_hub::wire {

void payload_mask::begin(const unsigned char* key) noexcept {
  std::copy_n(key, key_size, word_.begin());
  std::copy_n(key, key_size, word_.begin() + key_size);
}

void payload_mask::take_off(char* data, std::size_t size) noexcept {
  std::uint64_t mask = 0;
  std::memcpy(&mask, word_.data(), sizeof mask);
  std::size_t done = 0;
  for (; size - done >= sizeof mask; done += sizeof mask) {
    std::uint64_t part = 0;
    std::memcpy(&part, data + done, sizeof part);
    part ^= mask;
    std::memcpy(data + done, &part, sizeof part);
  }
  for (std::size_t i = 0; done + i < size; ++i)
    data[done + i] = static_cast<char>(static_cast<unsigned char>(data[done + i]) ^ word_[i]);
  std::rotate(word_.begin(), word_.begin() + static_cast<std::ptrdiff_t>(size % key_size),
              word_.end());
}

}  // namespace broadcast_hub::wire
