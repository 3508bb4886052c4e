#pragma once

#include "net/connection.hpp"
#include "protocol/server_frame.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace broadcast_hub {

class logger;

/// Number that a client gave to its command; 0: none.
using command_id = std::uint64_t;

/// What an answer takes at most besides what was asked for.
inline constexpr std::size_t answer_room = 1024;

/// Answers to clients that speak bhub.v1.
///
/// Thread safety: for different shards at once; each on its own thread.
class client_answers {
 public:
  explicit client_answers(const logger& log) : log_(log) {}

  static void send(net::connection& peer, std::string_view text);

  /// A refusal is logged, and told to who wants an answer.
  void refuse(net::connection& peer, const protocol::failed& said) const;
  void refuse(net::connection& peer, command_id of, std::string_view topic,
              std::error_code error) const;

  /// An answer that cannot be queued: nobody is to wait for it.
  static void see_to(net::connection& peer, std::error_code sent);

 private:
  const logger& log_;
};

}  // namespace broadcast_hub
