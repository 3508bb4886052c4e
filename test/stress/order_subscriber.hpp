#pragma once

#include "support/raw_client.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::stress {

/// A client that checks what it gets: every thread's publications without gaps and in their order.
class order_subscriber {
 public:
  /// Connects. A small `receive_buffer` makes one that is often behind.
  order_subscriber(std::uint16_t port, std::size_t threads, int receive_buffer);

  int descriptor() noexcept { return socket_.socket().descriptor(); }

  /// Reads what has come. `scratch` may be used by all, one after the other.
  ///
  /// Errors: throws `std::runtime_error` when something is not what comes next.
  void read(std::span<char> scratch);

  std::uint64_t count() const noexcept { return count_; }

  /// Tells apart any two orders in which the publications came.
  std::uint64_t hash() const noexcept { return hash_; }

 private:
  void take(std::string_view payload);

  test::ws_client socket_;
  std::vector<std::uint32_t> next_;  // by thread
  std::string unread_;               // the beginning of a frame whose rest has not come yet
  std::uint64_t count_ = 0;
  std::uint64_t hash_ = 0;
};

/// Returns when each of them has so many publications. Reads on the calling thread.
///
/// Errors: throws `std::runtime_error` when something wrong comes, or nothing for a minute.
void read_until_all_have(std::vector<order_subscriber>& subscribers, std::uint64_t publications);

}  // namespace broadcast_hub::stress
