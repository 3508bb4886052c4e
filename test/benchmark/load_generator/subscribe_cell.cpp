#include "load_generator/bhub_cells.hpp"
#include "load_generator/cpu_time.hpp"
#include "load_generator/member_crowd.hpp"
#include "load_generator/memory_peak.hpp"
#include "load_generator/subscribe_check.hpp"
#include "protocol/command_frame.hpp"

#include <chrono>
#include <cstdint>

namespace broadcast_hub::benchmark {
namespace {

using clock = std::chrono::steady_clock;
using microseconds = std::chrono::duration<double, std::micro>;
using seconds = std::chrono::duration<double>;

class subscribers final : member_events {
 public:
  explicit subscribers(const load_options& options)
      : options_(options), check_(options.clients, options.topics), crowd_(options, *this) {
    crowd_.connect(options.clients);
  }

  void subscribe() {
    for (std::size_t client = 0; client < options_.clients; ++client) {
      member& who = crowd_.at(client);
      for (std::size_t topic = 1; topic <= options_.topics; ++topic) {
        who.send(protocol::write_subscribe(topic, {{subscribe_check::topic_name(topic), {}, 0}}));
      }
      crowd_.send_queued(who);
    }
    crowd_.turn_until([this] { return check_.answered() == options_.clients * options_.topics; },
                      "not every subscription was answered");
  }

  // What comes too much comes now.
  void rest() { crowd_.rest(std::chrono::milliseconds(50)); }

 private:
  void on_welcome(member&) override {}

  void on_frame(member& who, std::string_view text) override {
    if (const std::string fault = check_.take(who.number(), text); !fault.empty()) {
      who.fail(fault);
    }
  }

  const load_options& options_;
  subscribe_check check_;
  member_crowd crowd_;
};

}  // namespace

void measure_subscribing(const load_options& options, json_line& report) {
  subscribers clients(options);
  memory_peak memory(options.server_pid);
  const auto cpu_before = cpu_time(options.server_pid);
  const auto begin = clock::now();
  clients.subscribe();
  const double elapsed = seconds(clock::now() - begin).count();
  const auto cpu = cpu_time(options.server_pid) - cpu_before;
  memory.look();
  clients.rest();

  const auto subscriptions = static_cast<double>(options.clients * options.topics);
  report.add("subscriptions", std::uint64_t{options.clients} * options.topics)
      .add("seconds", elapsed)
      .add("subscribes_per_second", subscriptions / elapsed)
      .add("server_cpu_us_per_subscribe", microseconds(cpu).count() / subscriptions)
      .add("rss_bytes_per_subscription", static_cast<double>(memory.grown()) / subscriptions);
}

}  // namespace broadcast_hub::benchmark
