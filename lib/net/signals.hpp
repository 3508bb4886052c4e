#pragma once

#include "net/loop.hpp"

#include <asio/signal_set.hpp>

#include <csignal>
#include <functional>
#include <vector>

namespace broadcast_hub::net {

/// Calls a function on a loop for every SIGINT and SIGTERM, while it lives. What was installed for
/// them before is there again afterwards.
class termination_signals {
 public:
  termination_signals(loop& loop, std::function<void(int signal)> on_signal);
  ~termination_signals();
  termination_signals(const termination_signals&) = delete;
  termination_signals& operator=(const termination_signals&) = delete;

 private:
  struct disposition {
    int signal;
    struct sigaction before;
  };

  void wait();

  std::vector<disposition> dispositions_;
  asio::basic_signal_set<executor> signals_;
  std::function<void(int)> on_signal_;
};

}  // namespace broadcast_hub::net
