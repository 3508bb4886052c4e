#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace broadcast_hub {

/// What one function of the application has heard through patterns over one connection. Topic and
/// offset tell repetitions apart: several patterns with `last` may each begin with the same
/// publication, which may have come live before or may come live later.
///
/// A connection that is behind gets the newest publication of a topic first and older ones later:
/// those are not taken for repetitions.
class pattern_reach {
 public:
  /// Topics that are remembered at most. Of further ones everything is new.
  static constexpr std::size_t max_topics = 100'000;

  /// Whether the publication is new.
  bool is_new(std::string_view topic, std::uint64_t offset);

  /// Another connection: the numbering may begin anew.
  void forget() noexcept { topics_.clear(); }

  /// The same for the topics for which `is_over` says so.
  template <typename IsOver>
  void forget_if(IsOver is_over) noexcept {
    std::erase_if(topics_, [&](const auto& each) { return is_over(each.first); });
  }

 private:
  struct place {
    std::uint64_t reached = 0;  // everything up to it has come, or does not come any more
    std::uint64_t ahead = 0;    // one that came before others in front of it; 0: none
  };

  static bool advance(place& at, std::uint64_t offset) noexcept;

  std::map<std::string, place, std::less<>> topics_;
};

}  // namespace broadcast_hub
