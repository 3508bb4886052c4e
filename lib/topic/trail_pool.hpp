#pragma once

#include "topic/subscriber.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace broadcast_hub::topic {

/// Trails that nobody needs at the moment, so that subscribers who fall behind and catch up again
/// and again allocate nothing.
class trail_pool {
 public:
  /// Enough for a shard whose sockets are often full; about 100 KiB as most have one cursor.
  static constexpr std::size_t most = 1024;

  /// An empty one.
  std::unique_ptr<subscriber::trail> take() {
    if (unused_.empty()) {
      unused_.reserve(most);  // so that `put` does not throw
      return std::make_unique<subscriber::trail>();
    }
    std::unique_ptr<subscriber::trail> last = std::move(unused_.back());
    unused_.pop_back();
    return last;
  }

  /// Keeps one without cursors for later, unless there are many, or it has become large.
  void put(std::unique_ptr<subscriber::trail> trail) noexcept {
    constexpr std::size_t few = 2;
    if (unused_.size() == unused_.capacity() || trail->cursors.capacity() > few)
      return;
    trail->first = 0;
    trail->sent_of_unit = 0;
    unused_.push_back(std::move(trail));
  }

 private:
  std::vector<std::unique_ptr<subscriber::trail>> unused_;
};

}  // namespace broadcast_hub::topic
