#pragma once

#include "base/random.hpp"
#include "load_generator/member.hpp"
#include "load_generator/options.hpp"
#include "support/descriptor.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace broadcast_hub::benchmark {

/// Clients that speak bhub.v1, on one epoll loop.
///
/// Errors: methods throw `server_fault` when the server does anything wrong, or nothing for longer
/// than `load_options::patience`, and `std::system_error`.
class member_crowd {
 public:
  /// `events` outlives it.
  member_crowd(const load_options& options, member_events& events);

  /// Connects so many and returns when the server has said hello to all. Events come meanwhile.
  void connect(std::size_t clients);

  /// Handles what comes until `done()`; `due` says in words what has not come if it does not.
  template <typename Done>
  void turn_until(Done done, const std::string& due) {
    while (!done()) {
      turn(due);
    }
  }

  /// Handles what comes during this time.
  void rest(std::chrono::milliseconds duration);

  /// Cuts all off with a reset.
  void cut();

  std::size_t size() const noexcept { return members_.size(); }
  member& at(std::size_t number) { return members_[number]; }

  /// Sends what was queued for one outside of its events.
  void send_queued(member& who);

  /// Bytes that all together have received, headers and handshakes included.
  std::uint64_t received_bytes() const noexcept { return received_bytes_; }

 private:
  void turn(const std::string& due);
  int wait(std::chrono::milliseconds at_most);
  void watch(const member& who, std::uint32_t events, int operation);

  std::uint16_t port_;
  std::chrono::milliseconds patience_;
  member_events& events_;
  random_source random_;
  descriptor poll_;
  std::deque<member> members_;
  std::size_t welcome_ = 0;
  std::vector<char> room_;
  std::uint64_t received_bytes_ = 0;
};

}  // namespace broadcast_hub::benchmark
