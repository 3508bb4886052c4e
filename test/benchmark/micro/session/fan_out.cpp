#include "support/fake_crowd.hpp"
#include "support/topic_shard.hpp"
#include "wire/frame_encoder.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace broadcast_hub::session {
namespace {

using subscribing = void (test::fake_crowd::*)(std::string_view);
constexpr subscribing in_order = &test::fake_crowd::subscribe;
constexpr subscribing mixed = &test::fake_crowd::subscribe_mixed;

topics_options roomy() {
  topics_options chosen;
  chosen.max_log_bytes = std::size_t{1} << 30U;
  return chosen;
}

/// Subscribers of two topics, whose streams take everything and cost nothing.
struct audience {
  audience(std::size_t count, subscribing subscribe)
      : shard(&wire::frame_size, roomy()), crowd(shard, count) {
    (crowd.*subscribe)("news");
    (crowd.*subscribe)("sports");
  }

  test::topic_shard shard;
  test::fake_crowd crowd;
};

/// Made once: a million take longer to make than to serve.
audience& audience_of(std::int64_t count, subscribing subscribe) {
  static std::map<std::pair<std::int64_t, bool>, audience> made;
  return made.try_emplace({count, subscribe == mixed}, static_cast<std::size_t>(count), subscribe)
      .first->second;
}

/// Publishes on so many topics at once, and walks.
void deliver(benchmark::State& state, subscribing subscribe,
             std::initializer_list<std::string_view> names) {
  audience& to = audience_of(state.range(0), subscribe);
  const std::string frame = wire::make_frame(wire::opcode::text, std::string(64, 'a'));
  const std::uint64_t before = to.crowd.taken();
  for (auto turn : state) {
    for (const std::string_view name : names)
      to.shard.publish(name, frame);
    to.crowd.walk();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>((to.crowd.taken() - before) / frame.size()));
}

void sizes(benchmark::internal::Benchmark* of) {
  of->Arg(1'000)->Arg(18'000)->Arg(50'000)->Arg(1'000'000);
}

// Everybody is up to date, and gets what the walk has for all.
void deliver_in_common(benchmark::State& state, subscribing subscribe) {
  deliver(state, subscribe, {"news"});
}
BENCHMARK_CAPTURE(deliver_in_common, in_order, in_order)->Apply(sizes);
BENCHMARK_CAPTURE(deliver_in_common, mixed, mixed)->Apply(sizes);

// Two topics have something new, so everybody gets cursors of his own.
void deliver_by_connection(benchmark::State& state, subscribing subscribe) {
  deliver(state, subscribe, {"news", "sports"});
}
BENCHMARK_CAPTURE(deliver_by_connection, in_order, in_order)->Apply(sizes);
BENCHMARK_CAPTURE(deliver_by_connection, mixed, mixed)->Apply(sizes);

// What a publication costs beside clients that do not read. Time is for all of them together.
void publish_beside_stalled(benchmark::State& state) {
  topics_options chosen = roomy();
  chosen.defaults.slow_consumers = slow_consumer_policy::drop_oldest;
  test::topic_shard shard(&wire::frame_size, chosen);
  test::fake_crowd stalled(shard, static_cast<std::size_t>(state.range(0)));
  stalled.subscribe("news");
  stalled.let_sends_take(0);
  const std::string frame = wire::make_frame(wire::opcode::text, std::string(64, 'a'));
  for (auto turn : state) {
    shard.publish("news", frame);
    stalled.walk();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(publish_beside_stalled)->Arg(0)->Arg(1'000)->Arg(18'000);

}  // namespace
}  // namespace broadcast_hub::session
