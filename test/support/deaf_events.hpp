#pragma once

#include "net/shard_events.hpp"

namespace broadcast_hub::net {

/// Hears what a shard tells, and does nothing.
class deaf_events final : public shard_events {
 public:
  void on_accept(connection&) override {}
  void on_request(connection&, wire::request) override {}
  void on_open(connection&, const std::vector<std::string>&) override {}
  void on_message(connection&, const message&) override {}
  void on_farewell(connection&) override {}
  void on_close(connection&, const close_event&) override {}
  void on_unopened_end(connection&) override {}
  void on_slow(connection&, const std::string&, std::uint64_t) override {}
  void on_drain(net::shard&, const std::string&) override {}
  void on_timer_failure() override {}
  void on_stopping(shard&) noexcept override {}
  void on_stopped(shard&) override {}
};

}  // namespace broadcast_hub::net
