#include "support/fake_crowd.hpp"
#include "support/topic_shard.hpp"
#include "wire/frame_encoder.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace broadcast_hub::session {
namespace {

std::vector<std::string> names_of_topics(std::int64_t count) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < count; ++i)
    names.push_back("topic." + std::to_string(i));
  return names;
}

topics_options many_topics() {
  topics_options chosen;
  chosen.max_topics = chosen.max_subscriptions = 100'000;
  chosen.defaults.slow_consumers = slow_consumer_policy::drop_oldest;
  return chosen;
}

// One subscriber of `>` gets something on each of many topics. Time is for one of them.
void deliver_on_topics(benchmark::State& state) {
  test::topic_shard shard(&wire::frame_size, many_topics());
  test::fake_crowd crowd(shard, 1);
  crowd.subscribe(">");
  const std::vector<std::string> names = names_of_topics(state.range(0));
  const std::string frame = wire::make_frame(wire::opcode::text, std::string(64, 'a'));
  for (auto turn : state) {
    for (const std::string& name : names)
      shard.publish(name, frame);
    crowd.walk();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(deliver_on_topics)->Arg(100)->Arg(1'000)->Arg(10'000);

// Somebody who is subscribed to many topics by name stops reading and goes on, and is behind on all
// of them. Time is for one topic.
void deliver_late_on_topics(benchmark::State& state) {
  test::topic_shard shard(&wire::frame_size, many_topics());
  test::fake_crowd crowd(shard, 1);
  const std::vector<std::string> names = names_of_topics(state.range(0));
  for (const std::string& name : names)
    crowd.subscribe(name);
  const std::string frame = wire::make_frame(wire::opcode::text, std::string(64, 'a'));
  for (auto turn : state) {
    crowd.let_sends_take(0);
    for (const std::string& name : names)
      shard.publish(name, frame);
    crowd.walk();
    shard.publish(names.front(), frame);
    crowd.walk();
    crowd.let_sends_take(test::fake_crowd::everything);
    crowd.write_all();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(deliver_late_on_topics)->Arg(100)->Arg(1'000)->Arg(10'000);

}  // namespace
}  // namespace broadcast_hub::session
