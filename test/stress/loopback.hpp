#pragma once

#include "support/system_call.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

namespace broadcast_hub::stress {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// The socket is closed with RST when it is closed.
inline void have_reset(int socket) {
  const linger at_once{1, 0};
  benchmark::checked(::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once),
                     "setsockopt");
}

}  // namespace broadcast_hub::stress
