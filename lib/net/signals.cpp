#include "net/signals.hpp"

#include "base/mutex.hpp"
#include "net/error_translation.hpp"

#include <array>
#include <csignal>
#include <cstddef>
#include <new>
#include <system_error>
#include <utility>

namespace broadcast_hub::net {
namespace {

constexpr std::array terminating{SIGINT, SIGTERM};

struct dispositions {
  mutex guard;
  std::size_t users BROADCAST_HUB_GUARDED_BY(guard) = 0;
  std::array<struct sigaction, terminating.size()> before BROADCAST_HUB_GUARDED_BY(guard){};
};

dispositions& of_the_process() {
  static dispositions all;
  return all;
}

}  // namespace

kept_dispositions::kept_dispositions() {
  dispositions& all = of_the_process();
  const lock_guard lock(all.guard);
  if (all.users++ > 0)
    return;
  for (std::size_t i = 0; i < terminating.size(); ++i)
    ::sigaction(terminating[i], nullptr, &all.before[i]);
}

kept_dispositions::~kept_dispositions() {
  dispositions& all = of_the_process();
  const lock_guard lock(all.guard);
  if (--all.users > 0)
    return;
  for (std::size_t i = 0; i < terminating.size(); ++i)
    ::sigaction(terminating[i], &all.before[i], nullptr);
}

termination_signals::termination_signals(loop& loop, std::function<void(int signal)> on_signal)
    : signals_(loop.context()), on_signal_(std::move(on_signal)) {
  for (const int signal : terminating) {
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
}

void termination_signals::wait() {
  signals_.async_wait([this](const std::error_code& error, int signal) {
    if (error)
      return;
    try {
      wait();
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): this one counts all the same
    }
    on_signal_(signal);
  });
}

}  // namespace broadcast_hub::net
