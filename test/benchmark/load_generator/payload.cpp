#include "load_generator/payload.hpp"

#include <array>
#include <string_view>

namespace broadcast_hub::benchmark {
namespace {

std::string padded(std::uint64_t number, std::size_t size) {
  const std::string digits = std::to_string(number);
  return std::string(size - digits.size(), '0') + digits;
}

std::string make_letters(std::uint64_t sequence, std::size_t size) {
  std::string payload = padded(sequence, smallest_payload);
  payload.reserve(size);
  for (std::size_t place = payload.size(); place < size; ++place) {
    payload.push_back(static_cast<char>('a' + (sequence * 7 + place) % 26));
  }
  return payload;
}

// Digits that a compressor cannot guess, the same for a sequence number each time.
std::uint64_t next_random(std::uint64_t& state) {
  state = state * 6364136223846793005ULL + 1442695040888963407ULL;
  return state >> 33U;
}

std::string make_quote(std::uint64_t& state) {
  constexpr std::array<std::string_view, 6> symbols{"ACME", "GLOB", "INIT", "UMBR", "HOOL", "PIED"};
  std::string quote = R"({"symbol":")";
  quote += symbols[next_random(state) % symbols.size()];
  quote += R"(","bid":)" + padded(next_random(state) % 90'000 + 10'000, 5);
  quote += R"(,"ask":)" + padded(next_random(state) % 90'000 + 10'000, 5);
  quote += R"(,"volume":)" + padded(next_random(state) % 9'000 + 1'000, 4);
  return quote + "}";
}

std::string make_json(std::uint64_t sequence, std::size_t size) {
  constexpr std::string_view end = R"("}]})";
  std::uint64_t state = sequence;
  std::string payload = R"({"number":")" + padded(sequence, smallest_payload) + R"(","quotes":[)";
  std::string quote = make_quote(state);
  while (payload.size() + quote.size() + 40 < size) {
    payload += quote + ",";
    quote = make_quote(state);
  }
  payload += R"({"note":")";
  payload.resize(size > payload.size() + end.size() ? size - end.size() : payload.size(), '.');
  payload += end;
  payload.resize(size);
  return payload;
}

}  // namespace

std::string make_payload(payload_kind kind, std::uint64_t sequence, std::size_t size) {
  return kind == payload_kind::json ? make_json(sequence, size) : make_letters(sequence, size);
}

}  // namespace broadcast_hub::benchmark
