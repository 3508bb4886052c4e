#pragma once

#include "topic/fan_out.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>

namespace broadcast_hub::topic {

/// The fan-outs of one shard, by topic and lane.
class fan_out_table {
 public:
  /// Returns nullptr when there is none.
  fan_out* find(const topic& from, lane_kind lane) const noexcept {
    const auto found = fan_outs_.find(key(from, lane));
    return found == fan_outs_.end() ? nullptr : found->second.get();
  }

  void add(std::unique_ptr<fan_out> fresh) {
    const std::uintptr_t place = key(*fresh->from, fresh->lane);
    fan_outs_.emplace(place, std::move(fresh));
  }

  void remove(const fan_out& unused) noexcept { fan_outs_.erase(key(*unused.from, unused.lane)); }

  std::size_t size() const noexcept { return fan_outs_.size(); }

 private:
  static std::uintptr_t key(const topic& from, lane_kind lane) noexcept {
    static_assert(alignof(topic) >= lane_count, "the address leaves room for the lane");
    return reinterpret_cast<std::uintptr_t>(&from) + static_cast<std::uintptr_t>(lane);
  }

  std::unordered_map<std::uintptr_t, std::unique_ptr<fan_out>> fan_outs_;
};

}  // namespace broadcast_hub::topic
