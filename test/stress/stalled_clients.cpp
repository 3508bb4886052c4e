#include "stalled_clients.hpp"

#include "support/raw_client.hpp"
#include "support/system_call.hpp"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <vector>

namespace broadcast_hub::stress {
namespace {

using benchmark::checked;

constexpr int small_buffer = 4096;

template <typename Value>
bool read_value(int line, Value& value) {
  return ::recv(line, &value, sizeof value, MSG_WAITALL) == sizeof value;
}

/// What the other process does: connects, says so, and waits for the end of the line.
void serve(int line, std::size_t count) {
  std::uint16_t port = 0;
  if (!read_value(line, port))
    return;
  std::vector<test::ws_client> clients;
  for (std::size_t i = 0; i < count; ++i)
    clients.emplace_back(port, "/", "", small_buffer);
  const char done = 1;
  checked(static_cast<int>(::send(line, &done, 1, MSG_NOSIGNAL)), "send");
  char nothing = 0;
  read_value(line, nothing);
}

}  // namespace

stalled_clients::stalled_clients(std::size_t count) {
  std::array<int, 2> ends;
  checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
  line_ = benchmark::descriptor(ends[0]);
  benchmark::descriptor other_end(ends[1]);
  process_ = checked(::fork(), "fork");
  if (process_ != 0)
    return;
  line_ = {};
  int status = 0;
  try {
    serve(other_end.get(), count);
  } catch (const std::exception& fault) {
    std::cerr << "stalled clients: " << fault.what() << '\n';
    status = 1;
  }
  ::_exit(status);
}

stalled_clients::~stalled_clients() {
  line_ = {};
  ::waitpid(process_, nullptr, 0);
}

void stalled_clients::connect(std::uint16_t port) {
  checked(static_cast<int>(::send(line_.get(), &port, sizeof port, MSG_NOSIGNAL)), "send");
  char done = 0;
  if (!read_value(line_.get(), done))
    throw std::runtime_error("the process of the clients has ended");
}

}  // namespace broadcast_hub::stress
