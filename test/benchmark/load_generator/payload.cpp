#include "load_generator/payload.hpp"

namespace broadcast_hub::benchmark {

std::string make_payload(std::uint64_t sequence, std::size_t size) {
  const std::string digits = std::to_string(sequence);
  std::string payload(smallest_payload - digits.size(), '0');
  payload += digits;
  payload.reserve(size);
  for (std::size_t place = payload.size(); place < size; ++place) {
    payload.push_back(static_cast<char>('a' + (sequence * 7 + place) % 26));
  }
  return payload;
}

}  // namespace broadcast_hub::benchmark
