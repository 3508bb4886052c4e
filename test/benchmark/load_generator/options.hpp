#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace broadcast_hub::benchmark {

enum class load_mode { broadcast, idle };

struct load_options {
  load_mode mode = load_mode::broadcast;
  std::string server = "server";  ///< only printed
  std::uint16_t port = 0;         ///< on 127.0.0.1
  pid_t server_pid = 0;
  std::size_t clients = 1000;
  std::size_t payload_bytes = 64;
  std::size_t in_flight = 1;
  std::size_t warm_up_broadcasts = 50;

  /// The measured part ends when this many broadcasts have been made and `least_time` has passed.
  std::size_t broadcasts = 400;
  std::chrono::milliseconds least_time{0};

  /// A server from which nothing comes for this long although something is due has failed.
  std::chrono::milliseconds patience{10'000};
};

/// Errors: throws `usage_error`.
load_options parse_load_options(int count, char** values);

}  // namespace broadcast_hub::benchmark
