#pragma once

#include "net/loop.hpp"

#include <asio/signal_set.hpp>

#include <functional>

namespace broadcast_hub::net {

/// Calls a function on a loop for every SIGINT and SIGTERM, while it lives.
class termination_signals {
 public:
  termination_signals(loop& loop, std::function<void(int signal)> on_signal);

 private:
  void wait();

  asio::basic_signal_set<executor> signals_;
  std::function<void(int)> on_signal_;
};

}  // namespace broadcast_hub::net
