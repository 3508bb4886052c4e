#pragma once

#include "cut_plan.hpp"
#include "frame_position.hpp"
#include "support/descriptor.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace broadcast_hub::stress {

/// What has become of the connections through a relay.
struct relay_counts {
  std::uint64_t accepted = 0;
  std::uint64_t without_server = 0;  ///< there was no hub to connect to
  std::uint64_t cuts = 0;
  std::array<std::uint64_t, cut_methods> by_method{};
  std::uint64_t in_handshake = 0;
  std::array<std::uint64_t, directions> amid_frame{};
  std::uint64_t told_late = 0;  ///< the hub got something of a client that had left before
};

/// Passes bytes between clients and a hub on loopback, and cuts connections at any byte.
///
/// Thread safety: none; it does something in `turn` only.
class cutting_relay {
 public:
  using clock = std::chrono::steady_clock;

  /// Listens on a port of its own.
  cutting_relay(std::uint16_t hub_port, std::uint32_t seed);
  ~cutting_relay();
  cutting_relay(const cutting_relay&) = delete;
  cutting_relay& operator=(const cutting_relay&) = delete;

  std::uint16_t port() const noexcept { return port_; }

  /// Does what there is to do; waits so long at most for something.
  void turn(std::chrono::milliseconds longest);

  /// From now on connections are cut, so many.
  void cut(std::uint64_t connections) { cuts_left_ = connections; }
  std::uint64_t cuts_left() const noexcept { return cuts_left_; }

  /// Ends all connections, and each that comes, until `let_come`.
  void send_away();
  void let_come() { may_come_ = true; }

  const relay_counts& counts() const noexcept { return counts_; }

 private:
  /// One end of a connection, and what comes from there on its way to the other one.
  struct end {
    benchmark::descriptor socket;
    std::optional<std::uint32_t> watched;
    std::string held;  // has come, and not gone on
    std::size_t passed = 0;
    frame_position position;
    bool ended = false;     // nothing more comes from there
    bool told_end = false;  // and the other one has been told
  };
  struct relayed {
    std::array<end, directions> ends;
    cut_plan plan;
    bool silent = false;   // half-open
    bool discard = false;  // it has been cut, and both ends are still to notice
  };
  using due = std::pair<clock::time_point, std::uint64_t>;

  void accept_all();
  void begin(benchmark::descriptor client);
  void handle(std::uint64_t number, direction from, std::uint32_t events);
  void read(relayed& one, direction from);
  void pass(relayed& one, direction from);
  bool is_to_be_cut(const relayed& one, direction from) const;
  void cut_one(std::uint64_t number, direction at);
  void go_silent(std::uint64_t number, relayed& one);
  void let_go_due();
  void let_go(std::uint64_t number);
  void tell_late(std::uint64_t number, relayed& one);
  void finish(relayed& one);
  void watch(std::uint64_t number, relayed& one);
  void count_cut(const relayed& one, direction at);
  bool is_over(const relayed& one) const;

  const std::uint16_t hub_port_;
  std::uint16_t port_ = 0;
  std::mt19937_64 random_;
  benchmark::descriptor poll_;
  benchmark::descriptor listener_;
  relay_counts counts_;
  bool may_come_ = true;
  std::uint64_t cuts_left_ = 0;
  std::uint64_t last_number_ = 0;
  std::map<std::uint64_t, relayed> connections_;
  std::priority_queue<due, std::vector<due>, std::greater<>> silent_;
  std::vector<char> scratch_;
};

}  // namespace broadcast_hub::stress
