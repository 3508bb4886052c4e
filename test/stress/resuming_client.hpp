#pragma once

#include "client_stream.hpp"
#include "comeback.hpp"
#include "topic_view.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

namespace broadcast_hub::stress {

/// A client of bhub.v1 by the rules of its definition, without a socket: subscribes, and on each
/// new connection goes on where it was.
///
/// Errors: everything throws `std::runtime_error` for what the server must not do.
class resuming_client {
 public:
  /// `counts` and `inflater` outlive it; without an `inflater` it does not offer compression.
  resuming_client(const std::vector<std::uint64_t>& topics, view_counts& counts,
                  test::inflater* inflater);

  /// A new connection.
  void begin();

  void receive(std::string_view bytes);

  /// The connection has ended. Returns how long to wait before the next.
  std::chrono::milliseconds end(std::mt19937_64& random);

  client_stream& stream() noexcept { return *stream_; }
  const client_stream& stream() const noexcept { return *stream_; }
  const std::vector<topic_view>& views() const noexcept { return views_; }

  /// Whether every topic's answer has come.
  bool is_live() const noexcept;

  /// Whether a `sub` is to be sent that has not been sent yet, not even in part.
  bool has_unsent_sub() const noexcept { return subscribing_; }
  void on_sent() noexcept { subscribing_ = false; }

  /// The frame that subscribes to all of its topics from their positions.
  std::string subscribe_frame() const;

  /// The bounds of the `bye` that this connection has been told.
  const std::optional<wait_bounds>& bye() const noexcept { return bye_; }

 private:
  void on_text(std::string_view frame);
  topic_view& view_of(std::string_view topic);

  test::inflater* const inflater_;
  std::vector<topic_view> views_;
  std::optional<client_stream> stream_;
  std::optional<wait_bounds> bye_;
  wait_bounds retry_;
  unsigned attempts_ = 0;
  bool subscribing_ = false;
};

}  // namespace broadcast_hub::stress
