#pragma once

#include "kill_plan.hpp"
#include "resuming_client.hpp"
#include "support/descriptor.hpp"
#include "support/inflater.hpp"
#include "topic_view.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <random>
#include <string>
#include <vector>

namespace broadcast_hub::stress {

/// What has become of connections.
struct crowd_counts {
  std::uint64_t connected = 0;        ///< the handshake was completed
  std::uint64_t attempts_failed = 0;  ///< there was no server
  std::uint64_t kills = 0;
  std::array<std::uint64_t, kill_methods> kills_by_method{};
  std::uint64_t byes = 0;                    ///< connections that were told `bye`
  std::map<unsigned, std::uint64_t> closed;  ///< by the server, by code; 1006 without one
};

struct crowd_options {
  std::size_t clients = 0;
  std::uint64_t topics = 0;
  std::size_t topics_each = 0;
  std::chrono::milliseconds first_within{0};  ///< they come for the first time within this
  std::uint32_t seed = 0;
};

/// Many clients of bhub.v1 on one thread. Every other one offers permessage-deflate.
///
/// Errors: everything throws `std::runtime_error` that names the client when the server does what
/// it must not do.
class crowd {
 public:
  /// What waits of clients begin with, and when it is.
  using clock = std::chrono::steady_clock;

  crowd(std::uint16_t port, const crowd_options& options);
  ~crowd();
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  /// Waits a little for something to happen, and does what there is to do.
  void turn();

  /// From now on connections die, so many.
  void kill(std::uint64_t connections) { kills_left_ = connections; }
  std::uint64_t kills_left() const noexcept { return kills_left_; }

  /// Ends every connection with FIN, and lets nobody connect until `let_come`.
  void send_away();
  void let_come();

  /// Sockets whose server has not been seen to end them yet, too; each takes a descriptor.
  std::size_t half_closed() const noexcept { return finished_.size(); }

  /// Closes the sockets of half-open connections.
  void close_forgotten();

  /// How many clients are live, or whether one is: the answers for all of its topics have come.
  std::size_t live() const;
  bool is_live(std::size_t index) const;

  /// What a client is doing, in words.
  std::string described(std::size_t index) const;

  const std::vector<resuming_client>& clients() const noexcept { return clients_; }
  const view_counts& views() const noexcept { return views_; }
  const crowd_counts& counts() const noexcept { return counts_; }

  /// Grows while something comes of what is done.
  std::uint64_t progress() const noexcept {
    return views_.delivered + counts_.connected + counts_.kills;
  }

  /// Waits that clients have chosen because of a `bye`.
  const std::vector<std::chrono::milliseconds>& bye_waits() const noexcept { return bye_waits_; }

 private:
  enum class state : unsigned char { waiting, connecting, open };
  struct connection {
    state now = state::waiting;
    benchmark::descriptor socket;
    kill_plan plan;
    std::size_t read = 0;
    bool wants_to_write = false;
  };
  using due = std::pair<clock::time_point, std::size_t>;

  void connect_due();
  void connect(std::size_t index);
  void handle(std::size_t index, std::uint32_t events);
  void finish_connect(std::size_t index);
  void read(std::size_t index);
  void write(std::size_t index);
  void watch(std::size_t index, std::uint32_t events, int operation);
  void drain(int socket);
  bool is_to_die(std::size_t index) const;
  void kill_one(std::size_t index);
  void cut_writing(std::size_t index);
  void end_by_server(std::size_t index);
  void end(std::size_t index);
  void finish(std::size_t index);

  const std::uint16_t port_;
  std::mt19937_64 random_;
  test::inflater inflater_;
  view_counts views_;
  crowd_counts counts_;
  std::vector<resuming_client> clients_;
  std::vector<connection> connections_;  // as clients
  std::priority_queue<due, std::vector<due>, std::greater<>> waiting_;
  bool may_come_ = true;
  std::uint64_t kills_left_ = 0;
  std::vector<std::chrono::milliseconds> bye_waits_;
  benchmark::descriptor poll_;
  std::vector<benchmark::descriptor> forgotten_;
  std::map<int, benchmark::descriptor> finished_;  // until the server closes, too
  std::vector<char> scratch_;
};

}  // namespace broadcast_hub::stress
