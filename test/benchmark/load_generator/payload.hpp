#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace broadcast_hub::benchmark {

/// Bytes that the sequence number takes.
inline constexpr std::size_t smallest_payload = 16;

/// What broadcasts are made of: letters, or JSON as a price feed has it, which compresses as such
/// things do.
enum class payload_kind { letters, json };

/// The text of one broadcast. It has the number in decimal, and the rest depends on the number, so
/// that a frame put together from two others is found out too.
std::string make_payload(payload_kind kind, std::uint64_t sequence, std::size_t size);

}  // namespace broadcast_hub::benchmark
