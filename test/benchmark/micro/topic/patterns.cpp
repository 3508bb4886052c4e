#include "support/topic_shard.hpp"
#include "topic/subscriber.hpp"
#include "wire/frame_encoder.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace broadcast_hub::topic {
namespace {

/// One subscriber of so many patterns that no name here matches.
struct unrelated_patterns {
  explicit unrelated_patterns(std::int64_t count) : shard(&wire::frame_size, options()) {
    for (std::int64_t i = 0; i < count; ++i)
      shard.reader.subscribe(who, "orders." + std::to_string(i) + ".*");
  }
  ~unrelated_patterns() { shard.reader.leave(who); }
  unrelated_patterns(const unrelated_patterns&) = delete;
  unrelated_patterns& operator=(const unrelated_patterns&) = delete;

  static topics_options options() {
    topics_options chosen;
    chosen.max_subscriptions = 100'000;
    return chosen;
  }

  test::topic_shard shard;
  subscriber who;
};

void publish_beside_patterns(benchmark::State& state) {
  unrelated_patterns others(state.range(0));
  const std::string frame = wire::make_frame(wire::opcode::text, std::string(64, 'a'));
  for (auto turn : state)
    benchmark::DoNotOptimize(others.shard.publish("prices.eu.tea", frame).offset);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(publish_beside_patterns)->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000);

}  // namespace
}  // namespace broadcast_hub::topic
