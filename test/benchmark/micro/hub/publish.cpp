#include <benchmark/benchmark.h>
#include <broadcast_hub/hub.hpp>

#include <memory>
#include <string>

namespace broadcast_hub {
namespace {

// One for all threads of a benchmark.
std::unique_ptr<hub> running_hub;

void start_hub(const benchmark::State&) {
  running_hub = std::make_unique<hub>();
  running_hub->start();
}

void start_hub_with_history(const benchmark::State&) {
  hub_options options;
  options.topics.defaults.history.max_publications = 1'000;
  running_hub = std::make_unique<hub>(options);
  running_hub->start();
}

void stop_hub(const benchmark::State&) {
  running_hub.reset();
}

void publish(benchmark::State& state) {
  const std::string payload(64, 'a');
  for (auto turn : state) {
    if (const publish_result result = running_hub->broadcast(payload); !result) {
      state.SkipWithError(result.error.message().c_str());
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
}

// What it costs a program to publish, apart from deliveries.
void publish_without_subscribers(benchmark::State& state) {
  publish(state);
}
BENCHMARK(publish_without_subscribers)
    ->Setup(start_hub)
    ->Teardown(stop_hub)
    ->Threads(1)
    ->Threads(8)
    ->UseRealTime();

// The same on a topic that keeps what was published last.
void publish_into_history(benchmark::State& state) {
  publish(state);
}
BENCHMARK(publish_into_history)
    ->Setup(start_hub_with_history)
    ->Teardown(stop_hub)
    ->Threads(1)
    ->Threads(8)
    ->UseRealTime();

}  // namespace
}  // namespace broadcast_hub
