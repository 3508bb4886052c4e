#include "net/socket_io.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace broadcast_hub::net {

send_result send_some(int descriptor, std::span<const iovec> bytes) noexcept {
  constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
  std::size_t size = 0;
  for (const iovec& piece : bytes)
    size += piece.iov_len;
  ssize_t sent = 0;
  do {
    if (bytes.size() == 1) {
      sent = ::send(descriptor, bytes[0].iov_base, bytes[0].iov_len, flags);
    } else {
      msghdr message{};
      message.msg_iov = const_cast<iovec*>(bytes.data());  // msghdr has no const; it is only read
      message.msg_iovlen = bytes.size();
      sent = ::sendmsg(descriptor, &message, flags);
    }
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0)
    return {static_cast<std::size_t>(sent), static_cast<std::size_t>(sent) == size, false};
  return {0, false, errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS};
}

}  // namespace broadcast_hub::net
