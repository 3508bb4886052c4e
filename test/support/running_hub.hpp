#pragma once

#include <broadcast_hub/hub.hpp>

#include <atomic>
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

/// Holds handlers up until it is opened.
class gate {
 public:
  void wait() const { open_.wait(false); }
  void open() {
    open_ = true;
    open_.notify_all();
  }

 private:
  std::atomic<bool> open_{false};
};

/// Opens a gate at the end of a test, also of one that fails: else the hub's destructor would wait
/// for ever. So it comes behind the hub.
class gate_opener {
 public:
  explicit gate_opener(gate& which) : gate_(which) {}
  ~gate_opener() { gate_.open(); }
  gate_opener(const gate_opener&) = delete;
  gate_opener& operator=(const gate_opener&) = delete;

 private:
  gate& gate_;
};

/// Collects log lines.
inline log_sink collect_into(shared_list<std::string>& lines) {
  return [&lines](const log_record& line) {
    lines.add(std::string(to_string(line.level)) + " " + std::string(line.text));
  };
}

}  // namespace broadcast_hub::test
