#pragma once

#include <array>
#include <cstddef>
#include <random>

namespace broadcast_hub::stress {

/// How a connection dies.
enum class kill_method : unsigned char {
  reset,        ///< RST
  finish,       ///< FIN
  forget,       ///< not at all: the client connects anew, and the socket stays
  cut_reading,  ///< when a part of a frame of the server has been read
  cut_writing   ///< when a part of a frame of the client has been sent
};
inline constexpr std::size_t kill_methods = 5;
inline constexpr std::array<const char*, kill_methods> kill_method_names{
    "RST", "FIN", "half-open", "cut reading", "cut writing"};

/// How and when a connection dies.
struct kill_plan {
  kill_method method = kill_method::reset;
  std::size_t after_bytes = 0;  ///< so many have been read
  bool amid_subscribe = false;  ///< `cut_writing`: already when it subscribes
  bool with_reset = false;      ///< the cuts: RST instead of FIN
};

/// Any method is as likely as any other; a third dies in the handshake or while it subscribes.
inline kill_plan make_kill_plan(std::mt19937_64& random) {
  constexpr std::size_t soon = 800;
  constexpr std::size_t late = std::size_t{48} * 1024;
  kill_plan made;
  made.method = static_cast<kill_method>(random() % kill_methods);
  made.after_bytes = random() % (random() % 3 == 0 ? soon : late);
  made.amid_subscribe = random() % 2 == 0;
  made.with_reset = random() % 2 == 0;
  return made;
}

}  // namespace broadcast_hub::stress
