// Publishes to clients that do not read, and looks whether the log and this process stay as small
// as their topic's limit says.

#include "memory_modes.hpp"
#include "program.hpp"
#include "stalled_clients.hpp"
#include "support/descriptor_limit.hpp"
#include "support/raw_client.hpp"

#include <broadcast_hub/hub.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace broadcast_hub::stress {
namespace {

constexpr std::size_t largest_header = 10;  // RFC 6455, section 5.2, without a mask

/// A segment of the log, and what its allocation needs besides.
constexpr std::size_t segment_bytes = std::size_t{65} * 1024;

/// Published before everybody must have been offered it.
constexpr std::size_t batch_bytes = std::size_t{64} * 1024;

struct memory_options {
  std::size_t clients;
  std::size_t published_bytes;
  std::size_t payload_bytes;
  std::size_t log_bytes;

  std::size_t frame_bytes() const noexcept { return payload_bytes + largest_header; }

  /// The log is as long as it may be, and has a segment begun at each end.
  std::size_t most_log_bytes() const noexcept {
    return log_bytes + batch_bytes + frame_bytes() + 2 * std::max(segment_bytes, frame_bytes());
  }

  /// A client costs a cursor and the frame that it has begun to receive. What a log has at its ends
  /// is not in this, and small beside many clients.
  std::size_t most_growth() const noexcept { return log_bytes + clients * (1024 + frame_bytes()); }

  /// Why growth cannot be judged; empty when it can.
  std::string why_not_judged() const {
    if (is_sanitized())
      return "the sanitizer needs memory of its own";
    return clients < 1000 ? "there are too few clients" : "";
  }
};

memory_options options_from(const benchmark::arguments& given) {
  // Under a sanitizer memory is not judged, and everything takes much longer.
  return {given.number("clients", is_sanitized() ? 100 : 1000),
          given.number("megabytes", 100) * 1'000'000, given.number("payload", 1024),
          given.number("log-mebibytes", 8) << 20U};
}

hub_options hub_options_for(const memory_options& options) {
  hub_options chosen;
  chosen.limits.max_connections = options.clients;
  chosen.heartbeat.ping_after = std::chrono::milliseconds(0);  // they do not answer
  topic_options& topic = chosen.topics.defaults;
  topic.slow_consumers = slow_consumer_policy::drop_oldest;
  topic.max_lag_bytes = options.log_bytes;
  // Only its bytes are a limit, so that the log becomes as long as they allow.
  topic.max_lag = std::chrono::milliseconds(0);
  return chosen;
}

/// The most that was seen.
class watch {
 public:
  explicit watch(const hub& of) : hub_(of), before_(own_memory()) {}

  void look() {
    const std::uint64_t now = own_memory();
    grown_ = std::max(grown_, now - std::min(now, before_));
    log_ = std::max(log_, hub_.stats().log_bytes);
  }

  std::uint64_t grown() const noexcept { return grown_; }
  std::uint64_t log_bytes() const noexcept { return log_; }

 private:
  const hub& hub_;
  const std::uint64_t before_;
  std::uint64_t grown_ = 0;
  std::uint64_t log_ = 0;
};

/// Publishes one batch, adds its pairs of a publication and a subscriber to `pairs`, and returns
/// when everybody has been offered it.
void publish_batch(hub& hub, const std::string& payload, std::uint64_t& pairs) {
  for (std::size_t bytes = 0; bytes < batch_bytes; bytes += payload.size()) {
    const publish_result result = hub.broadcast(payload);
    require(!result.error, "a publication is accepted");
    pairs += result.subscribers;
  }
  require(test::eventually([&] { return hub.stats().offered == pairs; }),
          "everybody is offered everything");
}

void check(const memory_options& options, const watch& seen, const hub_stats& stats) {
  const std::string not_judged = options.why_not_judged();
  print("log: ", in_mebibytes(seen.log_bytes()), ", at most ",
        in_mebibytes(options.most_log_bytes()));
  print("resident memory grew by ", in_mebibytes(seen.grown()), ", at most ",
        in_mebibytes(options.most_growth()),
        not_judged.empty() ? "" : "; not judged, because " + not_judged);
  require(stats.offered == stats.publications * options.clients, "everybody is subscribed");
  print("offered ", with_commas(stats.offered), " = deliveries ", with_commas(stats.deliveries),
        " + dropped_oldest ", with_commas(stats.dropped_oldest), " + pending ",
        with_commas(stats.pending));
  require(seen.log_bytes() <= options.most_log_bytes(), "the log is bounded");
  require(!not_judged.empty() || seen.grown() <= options.most_growth(), "memory is bounded");
  require(stats.dropped_oldest > 0, "clients are behind by more than they may");
  require(stats.connections_closed == 0, "nobody is disconnected");
}

/// Pairs that were lost on the way would stay pending for ever.
void check_accounts(const hub_stats& stats, std::uint64_t published_pairs) {
  require(stats.sockets_open == 0, "everybody is gone");
  require(published_pairs == stats.offered, "what publishers were told is what is offered");
  require(stats.offered == stats.deliveries + stats.dropped_oldest + stats.dropped_superseded +
                               stats.dropped_at_end,
          "the accounts balance");
}

}  // namespace

void measure_stalled(const benchmark::arguments& given) {
  const memory_options options = options_from(given);
  print("memory_stress, stalled: ", with_commas(options.published_bytes), " bytes in messages of ",
        with_commas(options.payload_bytes), " to ", with_commas(options.clients),
        " clients that do not read");
  const auto begin = std::chrono::steady_clock::now();
  benchmark::raise_descriptor_limit();
  stalled_clients clients(options.clients);
  hub hub(hub_options_for(options));
  const std::uint16_t port = hub.listen(0);
  hub.start();
  clients.connect(port);
  require(test::eventually([&] { return hub.connection_count() == options.clients; }),
          "everybody is connected");

  const std::string payload(options.payload_bytes, 'x');
  std::uint64_t pairs = 0;
  watch memory(hub);
  for (std::size_t bytes = 0; bytes < options.published_bytes; bytes += batch_bytes) {
    publish_batch(hub, payload, pairs);
    memory.look();
  }
  // Pairs move from one count to another while a shard works; now it has nothing to do.
  check(options, memory, hub.stats());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  print("took ", seconds(took), ", peak memory of the hub's process ", peak_memory());
  hub.stop(std::chrono::milliseconds(0));  // nobody would answer
  check_accounts(hub.stats(), pairs);
}

}  // namespace broadcast_hub::stress
