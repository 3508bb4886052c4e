#pragma once

#include "net/asio.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace broadcast_hub::net {

/// Gives a descriptor to a socket of Asio's, or closes it.
template <typename Socket>
void take_over(Socket& socket, const asio::ip::tcp& protocol, int descriptor,
               std::error_code& error) {
  try {
    socket.assign(protocol, descriptor, error);
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  if (error)
    ::close(descriptor);
}

/// Opens a socket that does not go to child processes, as those that Asio opens do.
template <typename Socket>
void open_own(Socket& socket, const asio::ip::tcp& protocol, std::error_code& error) {
  const int opened = ::socket(protocol.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (opened < 0)
    error = {errno, asio::error::get_system_category()};
  else
    take_over(socket, protocol, opened, error);
}

}  // namespace broadcast_hub::net
