#include "load_generator/bhub_cells.hpp"
#include "load_generator/cpu_time.hpp"
#include "load_generator/crowd.hpp"
#include "load_generator/member_crowd.hpp"
#include "load_generator/memory_peak.hpp"
#include "load_generator/recovery_check.hpp"
#include "load_generator/said.hpp"
#include "protocol/command_frame.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace broadcast_hub::benchmark {
namespace {

using clock = std::chrono::steady_clock;
using microseconds = std::chrono::duration<double, std::micro>;
using seconds = std::chrono::duration<double>;

constexpr std::string_view topic = "default";

// Before the clients subscribe, so that their position is not the beginning.
constexpr std::size_t broadcasts_before = 10;

constexpr std::size_t clients_between_looks = 256;

/// A client that is never cut off: what it gets is what the others must get.
class witness final : member_events {
 public:
  explicit witness(const load_options& options) : crowd_(options, *this) {
    crowd_.connect(1);
    crowd_.turn_until([this] { return position_.has_value(); }, "the witness was not subscribed");
  }

  const topic_position& position() const { return *position_; }
  const std::vector<std::string>& frames() const noexcept { return frames_; }

  void wait_for(std::size_t frames) {
    crowd_.turn_until([&] { return frames_.size() >= frames; },
                      "the witness did not get every broadcast");
  }

 private:
  void on_welcome(member& who) override {
    who.send(protocol::write_subscribe(1, {{topic, {}, 0}}));
  }

  void on_frame(member& who, std::string_view text) override {
    const auto read = reader_.read(text);
    const auto* const answer = said_as<protocol::subscribed_said>(read);
    const auto* const what = said_as<protocol::publication_said>(read);
    if (answer != nullptr && !position_) {
      position_ = answer->reached;
    } else if (what != nullptr && position_ &&
               what->offset == position_->offset + frames_.size() + 1) {
      frames_.emplace_back(text);
    } else {
      who.fail("is the witness and got " + std::string(text));
    }
  }

  member_crowd crowd_;
  protocol::server_frame_reader reader_;
  std::optional<topic_position> position_;
  std::vector<std::string> frames_;
};

/// The clients, which subscribe as soon as they are welcome.
class travellers final : member_events {
 public:
  explicit travellers(const load_options& options) : options_(options), crowd_(options, *this) {}

  void join() {
    crowd_.connect(options_.clients);
    crowd_.turn_until([this] { return joined_ == options_.clients; },
                      "not every client was subscribed");
  }

  void cut() { crowd_.cut(); }

  void come_back(const topic_position& since, recovery_check& check, memory_peak& memory) {
    since_ = since;
    check_ = &check;
    memory_ = &memory;
    crowd_.connect(options_.clients);
    wait_for_all();
  }

  void wait_for_all() {
    crowd_.turn_until([this] { return check_->complete() == options_.clients; },
                      "not every client has all that it missed");
  }

  // What comes too much comes now.
  void rest() { crowd_.rest(std::chrono::milliseconds(50)); }

  std::uint64_t received_bytes() const noexcept { return crowd_.received_bytes(); }

 private:
  void on_welcome(member& who) override {
    who.send(protocol::write_subscribe(1, {{topic, since_, 0}}));
    if (memory_ != nullptr && who.number() % clients_between_looks == 0) {
      memory_->look();
    }
  }

  void on_frame(member& who, std::string_view text) override {
    if (check_ == nullptr) {
      ++joined_;
    } else if (const std::string fault = check_->take(who.number(), text); !fault.empty()) {
      who.fail(fault);
    }
  }

  const load_options& options_;
  std::size_t joined_ = 0;
  std::optional<topic_position> since_;
  recovery_check* check_ = nullptr;
  memory_peak* memory_ = nullptr;
  member_crowd crowd_;
};

void publish(crowd& publisher, std::size_t broadcasts) {
  publisher.trigger(broadcasts);
  publisher.finish();
}

}  // namespace

void measure_recovery(const load_options& options, json_line& report) {
  crowd publisher(options, 1);
  publisher.open();
  publish(publisher, broadcasts_before);
  witness there(options);
  travellers clients(options);
  clients.join();
  memory_peak memory(options.server_pid);
  clients.cut();
  publish(publisher, options.missed);
  there.wait_for(options.missed);

  recovery_check check(options.clients, there.frames());
  const std::uint64_t bytes_before = clients.received_bytes();
  const auto cpu_before = cpu_time(options.server_pid);
  const auto begin = clock::now();
  clients.come_back(there.position(), check, memory);
  const auto end = clock::now();
  const auto cpu = cpu_time(options.server_pid) - cpu_before;
  const std::uint64_t bytes = clients.received_bytes() - bytes_before;
  memory.look();

  // Subscriptions are live from there on, and nothing came twice.
  check.begin_again();
  publish(publisher, 1);
  there.wait_for(options.missed + 1);
  check.add_live(there.frames().back());
  clients.wait_for_all();
  clients.rest();

  const auto all = static_cast<double>(options.clients);
  report.add("replayed", std::uint64_t{options.clients} * options.missed)
      .add("recovery_seconds", seconds(end - begin).count())
      .add("server_cpu_seconds", seconds(cpu).count())
      .add("server_cpu_us_per_client", microseconds(cpu).count() / all)
      .add("wire_bytes_per_client", static_cast<double>(bytes) / all)
      .add("rss_growth_bytes", std::uint64_t{memory.grown()});
}

}  // namespace broadcast_hub::benchmark
