#include "net/signals.hpp"

#include "net/error_translation.hpp"

#include <csignal>
#include <utility>

namespace broadcast_hub::net {

termination_signals::termination_signals(loop& loop, std::function<void(int signal)> on_signal)
    : signals_(loop.context()), on_signal_(std::move(on_signal)) {
  for (const int signal : {SIGINT, SIGTERM}) {
    dispositions_.push_back({signal, {}});
    ::sigaction(signal, nullptr, &dispositions_.back().before);
    std::error_code error;
    signals_.add(signal, error);
    if (error)
      throw std::system_error(translate(error), "cannot wait for signals");
  }
  wait();
}

termination_signals::~termination_signals() {
  std::error_code ignored;  // what Asio did not install it need not take away
  signals_.clear(ignored);
  for (const disposition& each : dispositions_)
    ::sigaction(each.signal, &each.before, nullptr);
}

void termination_signals::wait() {
  signals_.async_wait([this](const std::error_code& error, int signal) {
    if (error)
      return;
    on_signal_(signal);
    wait();
  });
}

}  // namespace broadcast_hub::net
