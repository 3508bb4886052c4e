#pragma once

#include "crowd.hpp"
#include "granted_publishers.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace broadcast_hub::stress {

/// Lets all clients of a crowd do what there is to do until `condition` holds, which is asked after
/// each turn.
///
/// Errors: throws `std::runtime_error` when nothing has come of it for a minute.
template <typename Crowd, typename Condition>
void run_until(Crowd& all, const std::string& what, Condition condition) {
  constexpr std::chrono::minutes patience(1);
  auto before = all.progress();
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    all.turn();
    const auto now = std::chrono::steady_clock::now();
    if (all.progress() != before) {
      before = all.progress();
      deadline = now + patience;
    } else if (now > deadline) {
      throw std::runtime_error("nothing for a minute, and it does not hold that " + what);
    }
  }
}

/// Publications of a life of the server that a client has not got yet, as far as it has been told
/// of that life.
inline std::uint64_t behind(const resuming_client& client, const granted_publishers& publishers,
                            std::uint64_t life) {
  std::uint64_t sum = 0;
  for (const topic_view& view : client.views()) {
    const std::uint64_t newest = publishers.newest(life, view.topic());
    sum += newest - std::min(newest, view.offset());
  }
  return sum;
}

/// All clients together.
inline std::uint64_t behind(const crowd& all, const granted_publishers& publishers,
                            std::uint64_t life) {
  std::uint64_t sum = 0;
  for (const resuming_client& client : all.clients())
    sum += behind(client, publishers, life);
  return sum;
}

/// While publishers rest: lets a crowd go on until every client has the newest publication of each
/// of its topics.
inline void run_until_caught_up(crowd& all, const granted_publishers& publishers,
                                std::uint64_t life) {
  try {
    run_until(all, "all have caught up", [&] {
      return all.live() == all.clients().size() && behind(all, publishers, life) == 0;
    });
  } catch (const std::exception& fault) {
    std::string text = fault.what();
    for (std::size_t i = 0; i < all.clients().size(); ++i) {
      const std::uint64_t missed = behind(all.clients()[i], publishers, life);
      if (!all.is_live(i) || missed > 0)
        text += "\n" + all.described(i) + ", " + std::to_string(missed) + " behind";
    }
    throw std::runtime_error(text);
  }
}

}  // namespace broadcast_hub::stress
