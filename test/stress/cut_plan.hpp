#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <random>

namespace broadcast_hub::stress {

/// How a connection through a relay is cut.
enum class cut_method : unsigned char {
  reset,     ///< RST to both ends
  finish,    ///< FIN to both ends
  half_open  ///< nothing passes any more; later the client's end goes, and still later the hub's
};
inline constexpr std::size_t cut_methods = 3;
inline constexpr std::array<const char*, cut_methods> cut_method_names{"RST", "FIN", "half-open"};

/// Which way bytes go.
enum class direction : unsigned char { from_client, from_hub };
inline constexpr std::size_t directions = 2;

/// How and when a connection is cut: whichever direction comes to its byte first.
struct cut_plan {
  cut_method method = cut_method::reset;
  std::array<std::size_t, directions> after_bytes{};  ///< so many pass, and no more
  bool with_reset = false;                            ///< `half_open`: RST at the end, or FIN
  bool told_late = false;  ///< `half_open`: the hub gets the rest of what the client has sent
  std::chrono::milliseconds silent{0};     ///< `half_open`: until the client's end goes
  std::chrono::milliseconds forgotten{0};  ///< `half_open`: from then until the hub's end goes
};

/// Any method is as likely as any other; many die in the handshake or while they subscribe.
inline cut_plan make_cut_plan(std::mt19937_64& random) {
  constexpr std::size_t soon = 700;
  constexpr std::array<std::size_t, directions> late{8'000, 24'000};
  cut_plan made;
  made.method = static_cast<cut_method>(random() % cut_methods);
  for (std::size_t i = 0; i < directions; ++i) {
    const std::size_t most = random() % 3 == 0 ? soon : late[i];
    made.after_bytes[i] = 1 + random() % most;
  }
  made.with_reset = random() % 2 == 0;
  made.told_late = random() % 4 != 0;
  made.silent = std::chrono::milliseconds(random() % 20);
  made.forgotten = std::chrono::milliseconds(random() % 200);
  return made;
}

}  // namespace broadcast_hub::stress
