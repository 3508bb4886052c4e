#pragma once

#include "net/loop.hpp"

#include <asio/signal_set.hpp>

#include <functional>

namespace broadcast_hub::net {

/// What is installed for SIGINT and SIGTERM when the first of these is made is there again when the
/// last one has gone: hubs may run side by side, and signals belong to the process.
///
/// Thread safety: may be made and destroyed on any thread.
class kept_dispositions {
 public:
  kept_dispositions();
  ~kept_dispositions();
  kept_dispositions(const kept_dispositions&) = delete;
  kept_dispositions& operator=(const kept_dispositions&) = delete;
};

/// Calls a function on a loop for every SIGINT and SIGTERM, while it lives.
class termination_signals {
 public:
  termination_signals(loop& loop, std::function<void(int signal)> on_signal);
  ~termination_signals();
  termination_signals(const termination_signals&) = delete;
  termination_signals& operator=(const termination_signals&) = delete;

 private:
  void wait();

  kept_dispositions kept_;  // outlives what Asio installs
  asio::basic_signal_set<executor> signals_;
  std::function<void(int)> on_signal_;
};

}  // namespace broadcast_hub::net
