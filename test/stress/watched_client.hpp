#pragma once

#include "log_book.hpp"
#include "topic_watch.hpp"

#include <broadcast_hub/client.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace broadcast_hub::stress {

/// What has become of all clients together.
struct watch_counts {
  view_counts views;
  std::uint64_t sessions = 0;      ///< `client_state::open`
  std::uint64_t published = 0;     ///< calls of `publish`
  std::uint64_t answered = 0;      ///< with a position
  std::uint64_t retried = 0;       ///< sent again after a reconnect, each time counted
  std::uint64_t known_by_key = 0;  ///< of these the hub had the publication already, and said where

  /// What must not have happened, in words.
  std::vector<std::string> faults;
};

/// Payloads of clients have publishers from this number on.
inline constexpr std::uint64_t first_client = publishers_per_topic;

/// A program that uses `broadcast_hub::client`, polled, and checks all that it is told.
class watched_client {
 public:
  /// `book` and `counts` outlive it.
  watched_client(std::uint64_t number, std::uint16_t port, const std::vector<std::uint64_t>& topics,
                 log_book& book, watch_counts& counts);
  watched_client(const watched_client&) = delete;
  watched_client& operator=(const watched_client&) = delete;

  std::size_t poll() { return client_.poll(); }
  void publish(std::uint64_t topic);

  const std::vector<topic_watch>& topics() const noexcept { return topics_; }
  bool is_live() const;
  std::size_t unanswered() const noexcept { return unanswered_.size(); }

  /// What it is doing, in words.
  std::string described() const;

 private:
  struct publication {
    publication_mark mark;
    bool sent = false;          // perhaps not as far as the hub
    std::string known_in = {};  // an epoch in which it was published before it was sent again
  };

  template <typename Work>
  void guard(Work work);
  void on_state(const client_state_event& event);
  void on_session();
  void on_publication(const client_publication& what);
  void on_published(std::uint64_t number, const client_publish_result& result);
  topic_watch& watch_of(std::string_view topic);

  const std::uint64_t number_;
  log_book& book_;
  watch_counts& counts_;
  std::vector<topic_watch> topics_;
  std::map<std::uint64_t, publication> unanswered_;  // by number
  std::uint64_t last_number_ = 0;
  client client_;
};

}  // namespace broadcast_hub::stress
