#pragma once

#include "topic_view.hpp"

#include <broadcast_hub/client_events.hpp>

#include <cstdint>
#include <string>

namespace broadcast_hub::stress {

/// What a program that uses `broadcast_hub::client` is told of one topic.
///
/// Errors: what a client must not tell is a `std::runtime_error`: a publication left out without a
/// word, one that comes twice, one where there is no subscription.
class topic_watch {
 public:
  /// `keeps_all`: the server never has a reason to leave something out within an epoch.
  /// `counts` outlives it.
  topic_watch(std::uint64_t topic, bool keeps_all, view_counts& counts)
      : topic_(topic), keeps_all_(keeps_all), counts_(counts) {}

  std::uint64_t topic() const noexcept { return topic_; }
  const std::string& epoch() const noexcept { return epoch_; }
  std::uint64_t offset() const noexcept { return offset_; }

  /// Whether `on_subscribed` has come over this connection.
  bool is_live() const noexcept { return live_; }

  void on_disconnect() noexcept { live_ = false; }
  void on_subscribed(const client_subscribed_event& event);
  void on_publication(const client_publication& what);

 private:
  void begin_anew(const client_subscribed_event& event);
  void count_reason(const client_subscribed_event& event);

  const std::uint64_t topic_;
  const bool keeps_all_;
  view_counts& counts_;
  bool live_ = false;
  std::string epoch_;
  std::uint64_t offset_ = 0;
};

}  // namespace broadcast_hub::stress
