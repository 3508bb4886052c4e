#include "load_generator/stalled_cell.hpp"

#include "load_generator/crowd.hpp"
#include "load_generator/latency_log.hpp"
#include "load_generator/resident_memory.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace broadcast_hub::benchmark {
namespace {

using clock = std::chrono::steady_clock;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t broadcasts_between_looks = 16;

class memory_watch {
 public:
  explicit memory_watch(pid_t server)
      : server_(server),
        resident_before_(approximate_resident_memory(server)),
        sockets_before_(socket_memory()) {}

  void look() {
    grown_ = std::max(grown_, growth(approximate_resident_memory(server_), resident_before_));
    sockets_grown_ = std::max(sockets_grown_, growth(socket_memory(), sockets_before_));
  }

  std::uint64_t grown() const noexcept { return grown_; }
  std::uint64_t sockets_grown() const noexcept { return sockets_grown_; }

 private:
  static std::size_t growth(std::size_t now, std::size_t before) {
    return now > before ? now - before : 0;
  }

  pid_t server_;
  std::size_t resident_before_;
  std::size_t sockets_before_;
  std::size_t grown_ = 0;
  std::size_t sockets_grown_ = 0;
};

class stalled_run {
 public:
  stalled_run(crowd& clients, const load_options& options)
      : clients_(clients), options_(options), memory_(options.server_pid) {}

  // Until the kernel's buffers for the stalled clients are full, which takes megabytes for each and
  // the time of a delivery for each frame, they do not behave as stalled ones.
  void fill() {
    for (std::size_t made = 0; made < options_.warm_up_broadcasts && may_go_on(); ++made) {
      clients_.trigger(1);
      clients_.finish();
      ++broadcasts_;
    }
  }

  void broadcast_at_pace() {
    auto due = clock::now();
    for (std::size_t made = 0; made < options_.broadcasts && may_go_on(); ++made) {
      due += options_.interval;
      if (const auto now = clock::now(); now < due) {
        clients_.rest(std::chrono::ceil<std::chrono::milliseconds>(due - now));
      }
      clients_.trigger(clients_.in_flight() + 1);
      ++broadcasts_;
    }
    clients_.finish();
    memory_.look();
  }

  std::size_t broadcasts() const noexcept { return broadcasts_; }
  bool complete() const noexcept {
    return broadcasts_ == options_.warm_up_broadcasts + options_.broadcasts;
  }
  const memory_watch& memory() const noexcept { return memory_; }

 private:
  bool may_go_on() {
    if (broadcasts_ % broadcasts_between_looks == 0) {
      memory_.look();
    }
    return memory_.grown() <= options_.memory_limit_bytes;
  }

  crowd& clients_;
  const load_options& options_;
  memory_watch memory_;
  std::size_t broadcasts_ = 0;
};

void report_latencies(latency_log& latencies, json_line& report) {
  const auto in_milliseconds = [&latencies](double share) {
    return milliseconds(latencies.quantile(share)).count();
  };
  report.add("latency_ms_p50", in_milliseconds(0.5))
      .add("latency_ms_p99", in_milliseconds(0.99))
      .add("latency_ms_max", in_milliseconds(1));
}

}  // namespace

void measure_stalled(const load_options& options, json_line& report) {
  crowd stalled(options, options.stalled_clients);
  stalled.open();
  crowd clients(options, options.clients);
  clients.open();
  clients.trigger(1);
  clients.finish();

  stalled_run run(clients, options);
  run.fill();
  latency_log latencies;
  clients.note_latencies(&latencies);
  run.broadcast_at_pace();

  report.add("broadcasts", std::uint64_t{run.broadcasts()})
      .add("deliveries", std::uint64_t{run.broadcasts()} * options.clients)
      .add("published_bytes", std::uint64_t{run.broadcasts()} * options.payload_bytes)
      .add("memory_limit_reached", std::uint64_t{run.complete() ? 0U : 1U})
      .add("rss_growth_bytes", run.memory().grown())
      .add("socket_growth_bytes", run.memory().sockets_grown());
  if (!latencies.empty()) {
    report_latencies(latencies, report);
  }
}

}  // namespace broadcast_hub::benchmark
