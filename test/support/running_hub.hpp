#pragma once

#include <broadcast_hub/hub.hpp>

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace broadcast_hub::test {

/// A list that handlers on several threads write and a test reads.
template <typename Item>
class shared_list {
 public:
  void add(Item item) {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(item));
  }
  std::vector<Item> all() const {
    const std::lock_guard lock(mutex_);
    return items_;
  }
  std::size_t size() const { return all().size(); }

 private:
  mutable std::mutex mutex_;
  std::vector<Item> items_;
};

/// Collects log lines.
inline log_sink collect_into(shared_list<std::string>& lines) {
  return [&lines](const log_record& line) {
    lines.add(std::string(to_string(line.level)) + " " + std::string(line.text));
  };
}

}  // namespace broadcast_hub::test
