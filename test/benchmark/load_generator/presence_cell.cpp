#include "load_generator/bhub_cells.hpp"
#include "load_generator/cpu_time.hpp"
#include "load_generator/member_crowd.hpp"
#include "load_generator/memory_peak.hpp"
#include "load_generator/presence_check.hpp"
#include "load_generator/said.hpp"
#include "load_generator/server_fault.hpp"
#include "protocol/server_frame_reader.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace broadcast_hub::benchmark {
namespace {

using clock = std::chrono::steady_clock;
using microseconds = std::chrono::duration<double, std::micro>;
using seconds = std::chrono::duration<double>;

constexpr std::string_view topic = "crowd";
constexpr std::string_view join_command = R"({"id":1,"sub":{"crowd":{"presence":true}}})";

// All clients join within a second, so many at a time.
constexpr std::size_t steps = 100;
constexpr std::chrono::milliseconds step_time{10};

// Of one client and topic; docs/reference/protocol.md.
constexpr double most_frames_per_second = 10;

class watchers final : member_events {
 public:
  explicit watchers(const load_options& options)
      : clients_(options.clients),
        check_(std::string(topic), options.clients),
        crowd_(options, *this) {
    crowd_.connect(options.clients);
  }

  void join() {
    auto due = clock::now();
    for (std::size_t step = 0, joined = 0; step < steps; ++step) {
      for (; joined < clients_ * (step + 1) / steps; ++joined) {
        crowd_.at(joined).send(join_command);
        crowd_.send_queued(crowd_.at(joined));
      }
      due += step_time;
      if (const auto now = clock::now(); now < due) {
        crowd_.rest(std::chrono::ceil<std::chrono::milliseconds>(due - now));
      }
    }
    crowd_.turn_until([this] { return answered_ == clients_ && check_.complete() == clients_; },
                      "not every client knows of all others");
  }

  // What comes too much comes now.
  void rest() { crowd_.rest(std::chrono::milliseconds(300)); }

  std::size_t frames() const noexcept { return check_.frames(); }
  std::uint64_t received_bytes() const noexcept { return crowd_.received_bytes(); }

 private:
  void on_welcome(member&) override {}

  void on_frame(member& who, std::string_view text) override {
    if (text.starts_with(R"({"t":)")) {
      if (const std::string fault = check_.take(who.number(), text); !fault.empty()) {
        who.fail(fault);
      }
      return;
    }
    const auto read = reader_.read(text);
    if (said_as<protocol::subscribed_said>(read) == nullptr) {
      who.fail("got " + std::string(text) + " instead of an answer");
    }
    ++answered_;
  }

  std::size_t clients_;
  std::size_t answered_ = 0;
  presence_check check_;
  protocol::server_frame_reader reader_;
  member_crowd crowd_;
};

}  // namespace

void measure_presence(const load_options& options, json_line& report) {
  watchers clients(options);
  memory_peak memory(options.server_pid);
  const std::uint64_t bytes_before = clients.received_bytes();
  const auto cpu_before = cpu_time(options.server_pid);
  const auto begin = clock::now();
  clients.join();
  const double elapsed = seconds(clock::now() - begin).count();
  const auto cpu = cpu_time(options.server_pid) - cpu_before;
  memory.look();
  const std::uint64_t bytes = clients.received_bytes() - bytes_before;
  clients.rest();
  if (static_cast<double>(clients.frames()) > most_frames_per_second * elapsed + 1) {
    throw server_fault(std::to_string(clients.frames()) + " frames about presence in " +
                       std::to_string(elapsed) + " s");
  }

  const auto all = static_cast<double>(options.clients);
  report.add("seconds", elapsed)
      .add("server_cpu_us_per_join", microseconds(cpu).count() / all)
      .add("presence_frames_per_client", std::uint64_t{clients.frames()})
      .add("presence_frames_per_second", static_cast<double>(clients.frames() - 1) / elapsed)
      .add("wire_bytes_per_client", static_cast<double>(bytes) / all)
      .add("rss_bytes_per_member", static_cast<double>(memory.grown()) / all);
}

}  // namespace broadcast_hub::benchmark
