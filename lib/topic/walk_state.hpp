#pragma once

#include "topic/fan_out.hpp"
#include "topic/subscriber.hpp"

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace broadcast_hub::topic {

/// One subscriber as a walk sees it: small, because a walk reads one after the other.
struct seat {
  static constexpr int no_handle = -1;

  subscriber* who = nullptr;
  int handle = no_handle;        ///< how to send to it without asking, if that is possible
  std::uint32_t visited_by = 0;  ///< the walk that visited it last
};

/// What a walk does next.
struct walk_visit {
  enum class kind : std::uint8_t {
    common,  ///< it gets the common bytes, by its handle
    own,     ///< ask `offer_walk`
    over     ///< nobody is left
  };
  kind what = kind::over;
  std::uint32_t slot = 0;
  int handle = seat::no_handle;
};

/// The walk under way.
struct walk_state {
  std::uint32_t serial = 0;
  std::vector<fan_out*> fan_outs;   ///< topics with something new; empty: there is no walk
  std::vector<member_list*> lists;  ///< whom to visit, list by list
  std::size_t list = 0;             ///< being visited
  std::size_t place = 0;            ///< in that list: those before it have been visited

  // Used while a walk begins and ends; here, because their room is worth keeping.
  std::vector<fan_out*> beginning;
  std::vector<fan_out*> ended_fan_outs;
  std::vector<member_list*> ended_lists;

  /// What is new in one lane.
  struct lane_news {
    std::size_t topics = 0;
    const fan_out* last = nullptr;  ///< of those; the only one, if it is one
  };
  std::array<lane_news, lane_count> news{};

  /// @name What everybody gets who is up to date and reads the lane of the list being visited
  /// Only if one topic has something new in it, and only if that fits into one send.
  /// @{
  bool has_common = false;
  std::array<iovec, 64> pieces{};
  std::size_t piece_count = 0;
  std::size_t common_bytes = 0;
  std::uint64_t common_units = 0;

  std::span<const iovec> common() const noexcept { return {pieces.data(), piece_count}; }
  /// @}

  bool is_visiting(const member_list& one) const noexcept {
    return list < lists.size() && lists[list] == &one;
  }
};

}  // namespace broadcast_hub::topic
