#pragma once

#include "base/clock.hpp"
#include "base/keyed_hash.hpp"
#include "base/mutex.hpp"

#include <broadcast_hub/message.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace broadcast_hub::topic {

/// Whose a key is: the same key of somebody else is another one.
struct key_owner {
  enum class kind : std::uint8_t {
    application,
    user,      ///< all connections of one user are one
    anonymous  ///< all of a topic are one: whoever comes back cannot prove that it was there
  };
  kind what = kind::application;
  std::string_view name;  ///< the user; or the connection, which only tells whose memory it takes
};

/// A key of one owner on one topic.
struct publication_key {
  digest id;
  std::uint64_t content = 0;  ///< stands for kind and payload
  digest holder;              ///< whose memory it takes; none is the application's
};

/// The keys of the latest publications of all topics: a retry is known by its key. When the memory
/// for them is used up the oldest go first, of whatever topic; a client has a quarter of it at
/// most.
///
/// Of keys and contents there are digests only, under a secret that is new in each process: clients
/// choose both, and without the secret they cannot make two that are taken for the same, nor keys
/// that all fall into one place of a table.
///
/// Thread safety: all methods may be called from any thread. Its lock is the last that is taken.
class recent_keys {
 public:
  explicit recent_keys(std::size_t limit, keyed_hash hash = keyed_hash::with_random_secret());
  recent_keys(const recent_keys&) = delete;
  recent_keys& operator=(const recent_keys&) = delete;

  publication_key name(std::string_view topic, const key_owner& owner, std::string_view key,
                       message_kind kind, std::string_view payload) const noexcept;

  class shelf;

  /// How old keys get at present, those of one owner, before they go for want of memory: no older
  /// than the newest that has gone for that, even if there is room again.
  duration lasting(const key_owner& owner, time_point now) const;

  std::size_t used() const;

 private:
  struct entry;
  struct holder;

  /// Entries in the order in which they came. An entry is in three of these, and each has its own
  /// place in the entry.
  enum class order : std::uint8_t { of_all, of_topic, of_holder };
  struct place {
    entry* before = nullptr;
    entry* behind = nullptr;
  };
  template <order Which>
  class queue {
   public:
    void push(entry& one) noexcept;
    void remove(entry& one) noexcept;
    entry* oldest() const noexcept { return oldest_; }

   private:
    static place& of(entry& one) noexcept;
    entry* oldest_ = nullptr;
    entry* newest_ = nullptr;
  };

  struct entry {
    digest id;
    std::uint64_t content;
    std::uint64_t offset;
    time_point at;
    shelf* topic;
    std::pair<const digest, holder>* owner;  ///< null: the application
    std::array<place, 3> places;
  };
  struct holder {
    std::size_t bytes = 0;
    time_point lost = time_point::min();  // when the newest came that went for want of memory
    queue<order::of_holder> entries;
  };

  /// In parts: to grow, one that has everything would hold up all publishers for 20 ms.
  template <typename T>
  class table {
   public:
    using part = std::unordered_map<digest, T>;
    part& of(const digest& id) noexcept { return parts_[id.high % parts_.size()]; }
    const part& of(const digest& id) const noexcept { return parts_[id.high % parts_.size()]; }

   private:
    std::array<part, 64> parts_;
  };

  // With the node of a table around it, and what an allocation costs besides.
  static constexpr std::size_t node_cost = 48;
  static constexpr std::size_t entry_cost = sizeof(entry) + node_cost;
  static constexpr std::size_t holder_cost = sizeof(digest) + sizeof(holder) + node_cost;

  digest holder_of(const key_owner& owner) const noexcept;
  void forget(entry& one) noexcept BROADCAST_HUB_REQUIRES(mutex_);
  /// For want of room; `lost` is the time of the newest one that went so.
  void lose(entry& oldest, time_point& lost, time_point now) noexcept
      BROADCAST_HUB_REQUIRES(mutex_);
  void make_room_for(const entry& newest, time_point now) noexcept BROADCAST_HUB_REQUIRES(mutex_);
  duration lasting(const digest& who, time_point now) const BROADCAST_HUB_REQUIRES(mutex_);

  const keyed_hash hash_;
  const std::size_t limit_;
  const std::size_t share_;  // of one client

  mutable mutex mutex_;
  table<entry> entries_ BROADCAST_HUB_GUARDED_BY(mutex_);
  table<holder> holders_ BROADCAST_HUB_GUARDED_BY(mutex_);
  queue<order::of_all> all_ BROADCAST_HUB_GUARDED_BY(mutex_);
  std::size_t used_ BROADCAST_HUB_GUARDED_BY(mutex_) = 0;
  time_point lost_ BROADCAST_HUB_GUARDED_BY(mutex_) = time_point::min();  // as of a holder, of all
};

/// The keys of one topic.
///
/// Thread safety: as `recent_keys`, which outlives it.
class recent_keys::shelf {
 public:
  /// `window`: how long a key is known, as far as memory allows.
  shelf(recent_keys& all, duration window) noexcept : all_(all), window_(window) {}
  ~shelf();
  shelf(const shelf&) = delete;
  shelf& operator=(const shelf&) = delete;

  struct known {
    std::uint64_t offset = 0;  ///< of the publication with that key; 0: there is none
    bool same = false;         ///< and it has the same content
  };
  known find(const publication_key& key, time_point now) noexcept;

  /// Requires that it is not there. If it throws, for want of memory, nothing has changed.
  void add(const publication_key& key, std::uint64_t offset, time_point now);

  /// So long a key that was added just now, by the same, is known: less than the window while keys
  /// have to go sooner.
  duration lasting(const publication_key& key, time_point now) const;

  /// Lets go of what is too old, some thousands at most. Returns whether something is left.
  bool sweep(time_point now) noexcept;

 private:
  friend class recent_keys;
  bool is_over(const entry& one, time_point now) const noexcept { return now - one.at > window_; }
  void forget_some(std::size_t most, time_point now) noexcept BROADCAST_HUB_REQUIRES(all_.mutex_);

  recent_keys& all_;
  const duration window_;
  queue<order::of_topic> entries_;  // guarded by the mutex of all
};

}  // namespace broadcast_hub::topic
