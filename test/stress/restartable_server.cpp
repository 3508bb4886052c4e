#include "restartable_server.hpp"

#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace broadcast_hub::stress {
namespace {

// Where the kernel does not take the ports of clients from: else one of them could have the port of
// a server that is about to come back.
constexpr std::uint16_t first_port = 20'000;
constexpr std::uint16_t ports = 12'000;
constexpr std::uint16_t attempts = 100;

std::uint16_t listen_somewhere(hub& hub, listen_options listening) {
  for (std::uint16_t i = 0; i < attempts; ++i) {
    listening.port = static_cast<std::uint16_t>(
        first_port + (static_cast<unsigned>(::getpid()) * attempts + i) % ports);
    try {
      return hub.listen(listening);
    } catch (const std::system_error&) {
      // Somebody else has it.
    }
  }
  throw std::runtime_error("no free port");
}

}  // namespace

restartable_server::restartable_server(hub_options options, listen_options listening)
    : options_(std::move(options)), listening_(std::move(listening)) {
  begin_life();
}

restartable_server::~restartable_server() {
  if (stop_.valid())
    stop_.wait();
}

void restartable_server::wait_for_life_after(std::uint64_t life) {
  std::unique_lock lock(waiting_mutex_);
  changed_.wait(lock, [&] { return life_ > life || given_up_; });
}

void restartable_server::give_up() {
  {
    const std::lock_guard lock(waiting_mutex_);
    given_up_ = true;
  }
  changed_.notify_all();
}

void restartable_server::begin_stop(std::chrono::milliseconds deadline) {
  stop_ = std::async(std::launch::async, [this, deadline] { hub_->stop(deadline); });
}

bool restartable_server::has_stopped() const {
  return stop_.valid() && stop_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

hub_stats restartable_server::finish_stop() {
  stop_.get();
  return hub_->stats();
}

void restartable_server::restart() {
  begin_life();
  changed_.notify_all();
}

void restartable_server::begin_life() {
  auto next = std::make_unique<hub>(options_);
  const std::unique_lock alone(hub_mutex_);
  hub_.reset();
  if (listening_.port == 0)
    listening_.port = listen_somewhere(*next, listening_);
  else
    next->listen(listening_);
  next->start();
  hub_ = std::move(next);
  const std::lock_guard lock(waiting_mutex_);
  ++life_;
}

}  // namespace broadcast_hub::stress
