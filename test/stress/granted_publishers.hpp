#pragma once

#include "restartable_server.hpp"
#include "topic_view.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace broadcast_hub::stress {

/// Threads that publish on topics by chance as often as they are granted it, through restarts.
class granted_publishers {
 public:
  /// Begins. `to` outlives it.
  granted_publishers(restartable_server& to, std::uint64_t topics, std::uint32_t seed);
  ~granted_publishers();
  granted_publishers(const granted_publishers&) = delete;
  granted_publishers& operator=(const granted_publishers&) = delete;

  /// So many more publications, whichever thread makes them. What is granted while the server is
  /// down is lost.
  void grant(std::size_t publications);

  /// Ends the threads.
  void join();

  /// After `join`: publishes so often on each topic, on the calling thread.
  void publish_on_each(std::size_t publications);

  /// Publications on a topic in a life of the server: its newest offset once publishers rest.
  std::uint64_t newest(std::uint64_t life, std::uint64_t topic) const noexcept {
    return counts_[life * topics_ + topic].load(std::memory_order_relaxed);
  }

  /// Subscribers that publishers have been told of in a life of the server, once for each
  /// publication.
  std::uint64_t pairs(std::uint64_t life) const noexcept { return pairs_[life]; }

  /// Publications on all topics in all lives.
  std::uint64_t published() const noexcept { return published_; }

 private:
  struct publisher {
    std::uint64_t life = 0;
    std::vector<std::uint64_t> numbers;  // by topic
    std::mt19937_64 random;
  };

  bool take_grant();
  void publish_as_granted(std::size_t index);
  void publish(std::size_t index, std::uint64_t topic);

  restartable_server& to_;
  const std::uint64_t topics_;
  std::vector<std::atomic<std::uint64_t>> counts_;  // by life and topic
  std::vector<std::atomic<std::uint64_t>> pairs_;   // by life
  std::atomic<std::uint64_t> published_{0};
  std::vector<publisher> publishers_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable granted_;
  std::size_t grants_ = 0;  // guarded by mutex_
  bool ended_ = false;      // guarded by mutex_
};

}  // namespace broadcast_hub::stress
