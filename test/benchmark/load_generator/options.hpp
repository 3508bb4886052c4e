#pragma once

#include "load_generator/handshake.hpp"
#include "load_generator/payload.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace broadcast_hub::benchmark {

enum class load_mode { broadcast, idle, stalled, recovery, subscribe, presence };

struct load_options {
  load_mode mode = load_mode::broadcast;
  std::string server = "server";  ///< only printed
  std::uint16_t port = 0;         ///< on 127.0.0.1
  pid_t server_pid = 0;
  std::size_t clients = 1000;
  payload_kind payload = payload_kind::letters;
  std::size_t payload_bytes = 64;
  client_kind kind = client_kind::plain;
  bool every_second_plain = false;  ///< the others are of `kind`
  std::size_t in_flight = 1;
  std::size_t warm_up_broadcasts = 50;

  /// The measured part ends when this many broadcasts have been made and `least_time` has passed.
  std::size_t broadcasts = 400;
  std::chrono::milliseconds least_time{0};

  /// For stalled clients: beside `clients`, this many stop reading after the handshake. The
  /// broadcasts to warm up are made one by one, `broadcasts` at a pace of one per `interval`.
  std::size_t stalled_clients = 0;
  std::chrono::milliseconds interval{2};

  /// For recovery: broadcasts that every client misses, `payload_bytes` each.
  std::size_t missed = 100;

  /// For the subscribe rate: topics that every client subscribes to.
  std::size_t topics = 100;

  /// A server that has grown by more than this gets no further broadcasts.
  std::size_t memory_limit_bytes = std::size_t{2} << 30U;

  /// A server from which nothing comes for this long although something is due has failed.
  std::chrono::milliseconds patience{10'000};
};

std::string name_of(load_mode mode);

/// Errors: throws `usage_error`.
load_options parse_load_options(int count, char** values);

}  // namespace broadcast_hub::benchmark
