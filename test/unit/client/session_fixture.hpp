#pragma once

#include "client/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broadcast_hub::test {

/// Writes down what a session does, a line each.
class session_record final : public session_output {
 public:
  void connect() override { add("connect"); }
  void disconnect(close_code /*code*/, std::string_view reason) override {
    add("disconnect " + std::string(reason));
  }
  void close(close_code /*code*/) override { add("close"); }
  void send(std::string_view frame) override { add("> " + std::string(frame)); }
  std::string server() const override { return "hub.example:8081"; }
  void on_state(const client_state_event& event) override {
    static constexpr const char* names[] = {"connecting", "open", "waiting", "closed"};
    std::string line = names[static_cast<int>(event.state)];
    if (event.state == client_state::waiting || event.state == client_state::closed)
      line += " " + std::to_string(static_cast<int>(event.code)) + " " + event.reason;
    if (event.state == client_state::open && event.connection_id != "c1")
      line += " as " + event.connection_id;
    if (event.state == client_state::waiting)
      line += ", " + std::to_string(event.retry_in.count()) + " ms";
    if (event.http_status != 0)
      line += ", status " + std::to_string(event.http_status);
    add(line);
  }
  void on_error(const client_error_event& event) override {
    add("error " + std::to_string(event.code) + " " + event.reason +
        (event.topic.empty() ? "" : " of " + event.topic));
  }
  void on_publication(const client_publication& what,
                      const client_publication_handler* own) override {
    if (own != nullptr)
      (*own)(what);
    else
      add(std::string(what.topic) + " " + std::to_string(what.offset) + " " +
          std::string(what.payload) +
          (what.skipped == 0 ? "" : " skipped " + std::to_string(what.skipped)));
  }
  void on_subscribed(const client_subscribed_event& event) override {
    std::string line = "subscribed " + event.topic + " ";
    line += event.recovered ? "recovered" : event.why;
    if (event.position)
      line += " " + event.position->epoch + ":" + std::to_string(event.position->offset);
    if (event.more)
      line += " and more";
    if (event.by_hub)
      line += " by hub";
    add(line);
  }
  void on_unsubscribed(const client_unsubscribed_event& event) override {
    add("unsubscribed " + event.topic + " " + std::to_string(event.code) + " " + event.reason);
  }
  void on_message(const message& what) override { add("message " + std::string(what.payload)); }
  void on_presence(const client_presence_event& event) override {
    std::string line = "presence " + event.topic + " " + std::to_string(event.count);
    for (const client_subscriber& each : event.joined)
      line += " +" + described(each);
    for (const client_subscriber& each : event.left)
      line += " -" + described(each);
    add(line);
  }
  void on_answered(const client_publish_handler& handler,
                   const client_publish_result& result) override {
    if (handler)
      handler(result);
  }
  void on_answered(const client_presence_result_handler& handler,
                   const client_presence_result& result) override {
    if (handler)
      handler(result);
  }
  void on_answered(const client_history_handler& handler,
                   const client_history_result& result) override {
    if (handler)
      handler(result);
  }

  static std::string described(const client_subscriber& one) {
    return one.id + "/" + one.user + "/" + one.info;
  }

  void add(std::string line) { lines_.push_back(std::move(line)); }

  /// What has been written down since the last call.
  std::vector<std::string> take() { return std::exchange(lines_, {}); }

 private:
  std::vector<std::string> lines_;
};

/// A session and its record. The numbers that it draws are zero, so waits are as short as they may
/// be, unless `random` says otherwise.
class session_fixture : public testing::Test {
 protected:
  using lines = std::vector<std::string>;

  static constexpr std::string_view hello =
      R"({"hello":{"cid":"c1","ping":25000,"retry":[100,1000],"v":"1"}})";

  void subscribe(const std::string& topic, const subscribe_options& from = {}) {
    session.subscribe(topic, from, {});
  }

  void say(std::string_view frame) { session.on_text(frame, now); }

  /// The payload is the offset.
  void publication(std::uint64_t offset, const std::string& topic = "news") {
    say(R"({"t":")" + topic + R"(","o":)" + std::to_string(offset) + R"(,"d":)" +
        std::to_string(offset) + "}");
  }

  void lose(unsigned code) { session.on_lost(static_cast<close_code>(code), "lost", now); }

  /// Connected and greeted, with nothing written down.
  void open() {
    session.start(now);
    say(hello);
    record.take();
  }

  /// Lost and connected again; what came of it is in the record, behind "open".
  void reopen() {
    lose(1006);
    session.on_time(now);
    record.take();
    say(hello);
  }

  void pass(std::chrono::milliseconds time) {
    now += time;
    if (const auto due = session.next_due(); due && *due <= now)
      session.on_time(now);
  }

  client_publish_handler note(const std::string& name) {
    return [this, name](const client_publish_result& result) {
      record.add(name + (result ? " at " + result.position.epoch + ":" +
                                      std::to_string(result.position.offset)
                                : ": " + result.error.message() + " " +
                                      std::to_string(result.code) + " " + result.reason));
    };
  }

  std::uint32_t drawn = 0;
  time_point now;
  duration suspended{0};  // that the clock of the loop does not know of
  session_record record;
  logger log{log_options{}};
  client_session session{
      {}, [this] { return drawn; }, log, record, [this] { return now + suspended; }};
};

}  // namespace broadcast_hub::test
