#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace broadcast_hub::benchmark {

/// Bytes that the sequence number takes.
inline constexpr std::size_t smallest_payload = 16;

/// The text of one broadcast: its number in decimal, then letters that depend on the number and the
/// place, so that a frame put together from two others is found out too.
std::string make_payload(std::uint64_t sequence, std::size_t size);

}  // namespace broadcast_hub::benchmark
