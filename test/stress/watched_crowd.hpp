#pragma once

#include "cutting_relay.hpp"
#include "log_book.hpp"
#include "restartable_server.hpp"
#include "watched_client.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace broadcast_hub::stress {

struct watched_crowd_options {
  std::size_t clients = 0;
  std::uint64_t topics = 0;
  std::size_t topics_each = 0;
  std::uint32_t seed = 0;
};

/// Programs with a `broadcast_hub::client` each, and the relay between them and a server, all on
/// one thread. Every third of them publishes.
class watched_crowd {
 public:
  /// `server` outlives it.
  watched_crowd(restartable_server& server, const watched_crowd_options& options);

  /// Waits a little for something to happen, and does what there is to do.
  ///
  /// Errors: throws `std::runtime_error` when a client was told what it must not be told.
  void turn();

  /// Grows while something comes of what is done.
  std::uint64_t progress() const noexcept;

  /// Has some client publish on some topic that keeps all, unless too many of its publications have
  /// no answer yet.
  void publish();

  /// Has each that publishes do so once.
  void publish_each();

  /// Publications that clients have not got yet, all together.
  std::uint64_t behind();

  std::size_t unanswered() const;
  bool is_caught_up();

  /// Who lacks what, in words.
  std::string described();

  /// Behind the stop of the server's hub: what everybody was told is compared with its log.
  void seal_log();

  std::size_t size() const noexcept { return clients_.size(); }

  /// Subscriptions of the topic that keeps little.
  std::uint64_t on_short_topic() const;

  cutting_relay& relay() noexcept { return relay_; }
  const cutting_relay& relay() const noexcept { return relay_; }
  const watch_counts& counts() const noexcept { return counts_; }
  const log_book& book() const noexcept { return book_; }

 private:
  /// Where a topic of the server is now.
  struct newest {
    std::string epoch;
    std::uint64_t offset = 0;
  };

  std::vector<newest> newest_of_all();
  static std::uint64_t behind(const watched_client& one, const std::vector<newest>& all);
  std::vector<std::uint64_t> some_topics(std::size_t count, bool with_short);
  void publish_by(watched_client& one);

  restartable_server& server_;
  const std::uint64_t topics_;
  std::mt19937_64 random_;
  watch_counts counts_;
  log_book book_;
  std::vector<std::unique_ptr<watched_client>> clients_;
  cutting_relay relay_;  // goes first, so that nobody waits for what it would have to pass
};

}  // namespace broadcast_hub::stress
