#pragma once

#include <broadcast_hub/client.hpp>
#include <broadcast_hub/hub.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broadcast_hub::test {

/// Lines that handlers write on their threads, and that a test waits for.
class line_log {
 public:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }

  /// Waits until so many lines are there, for a minute at most; returns those.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::minutes(1), [&] { return lines_.size() >= count; });
    return lines_;
  }

  /// The same until a line begins so; returns it, or nothing after a minute.
  std::string wait_for(std::string_view begin) {
    std::unique_lock lock(mutex_);
    std::string found;
    changed_.wait_for(lock, std::chrono::minutes(1), [&] {
      for (const std::string& line : lines_) {
        if (line.starts_with(begin))
          found = line;
      }
      return !found.empty();
    });
    return found;
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    lines_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

/// A hub that may be stopped and started again on its port, with short waits for its clients, where
/// everybody may publish and 1000 publications of each topic are kept.
class client_fixture : public testing::Test {
 protected:
  static hub_options quick_options() {
    hub_options options;
    options.topics.defaults.history.max_publications = 1000;
    options.topics.defaults.allow_client_publish = true;
    options.protocol.retry_min = options.protocol.retry_max = std::chrono::milliseconds(20);
    options.protocol.comeback_within = std::chrono::milliseconds(20);
    return options;
  }

  void start_hub(
      const hub_options& options = quick_options(), const std::function<void()>& prepare = [] {}) {
    hub_ = std::make_unique<hub>(options);
    prepare();
    hub_->on_open([this](const connection& peer) { keep(peer); });
    hub_->on_message([this](connection peer, const message& what) {
      at_hub.add("message " + std::string(what.payload));
      peer.send("you said " + std::string(what.payload));
    });
    port_ = hub_->listen(port_);
    hub_->start();
  }

  void stop_hub() { hub_.reset(); }

  /// What `peer` is from now on.
  void keep(const connection& peer) {
    const std::lock_guard lock(peer_mutex_);
    peer_ = peer;
  }

  connection peer() {
    const std::lock_guard lock(peer_mutex_);
    return peer_;
  }

  client_options options() const {
    client_options chosen;
    chosen.url = "ws://localhost:" + std::to_string(port_) + "/";
    chosen.retry_min = chosen.retry_max = std::chrono::milliseconds(20);
    return chosen;
  }

  std::unique_ptr<client> make_client(client_options chosen) {
    auto made = std::make_unique<client>(std::move(chosen));
    made->on_state([this](const client_state_event& event) {
      static constexpr const char* names[] = {"connecting", "open", "waiting", "closed"};
      std::string line = names[static_cast<int>(event.state)];
      if (event.state == client_state::waiting || event.state == client_state::closed)
        line += " " + std::to_string(static_cast<int>(event.code)) + " " + event.reason;
      states.add(line);
    });
    made->on_publication([this](const client_publication& what) {
      heard.add(std::string(what.topic) + " " + std::to_string(what.offset) + " " +
                std::string(what.payload));
    });
    made->on_subscribed([this](const client_subscribed_event& event) {
      subscribed.add(event.topic + " " + (event.recovered ? "recovered" : event.why));
    });
    made->on_unsubscribed([this](const client_unsubscribed_event& event) {
      subscribed.add(event.topic + " ended " + std::to_string(event.code));
    });
    made->on_message([this](const message& what) { messages.add(std::string(what.payload)); });
    return made;
  }
  std::unique_ptr<client> make_client() { return make_client(options()); }

  client_publish_handler note(std::string name) {
    return [this, name = std::move(name)](const client_publish_result& result) {
      published.add(name + " " +
                    (result ? std::to_string(result.position.offset) : result.error.message()));
    };
  }

 private:
  std::mutex peer_mutex_;
  connection peer_;

 protected:
  line_log at_hub;
  line_log states;
  line_log heard;
  line_log subscribed;
  line_log messages;
  line_log published;
  std::uint16_t port_ = 0;
  std::unique_ptr<hub> hub_;  // goes first: its handlers use the others
};

}  // namespace broadcast_hub::test
