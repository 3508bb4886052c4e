#pragma once

#include "support/parsing.hpp"
#include "wire/frame_encoder.hpp"
#include "wire/handshake.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

namespace broadcast_hub::test {

/// Lets one client in, says what it is told to, and from then on neither says nor reads anything.
class stalled_server {
 public:
  explicit stalled_server(std::string_view frames = R"({"hello":{"cid":"c1","ping":0}})") {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    socklen_t size = sizeof address;
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, frame = std::string(frames)] { let_in(frame); });
  }

  ~stalled_server() {
    ::shutdown(listener_, SHUT_RDWR);  // if nobody has come
    thread_.join();
    ::close(listener_);
    if (client_ >= 0)
      ::close(client_);
  }
  stalled_server(const stalled_server&) = delete;
  stalled_server& operator=(const stalled_server&) = delete;

  std::uint16_t port() const noexcept { return port_; }

 private:
  void let_in(const std::string& frame) {
    client_ = ::accept(listener_, nullptr, nullptr);
    if (client_ < 0)
      return;
    std::string request;
    std::array<char, 4096> buffer{};
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::recv(client_, buffer.data(), buffer.size(), 0);
      if (got <= 0)
        return;
      request.append(buffer.data(), static_cast<std::size_t>(got));
    }
    wire::request_parser parser(8192);
    const parsed found = parse(parser, request, request.size());
    const std::string answer = wire::accept_upgrade(found.request, "bhub.v1", false).response +
                               wire::make_frame(wire::opcode::text, frame);
    EXPECT_EQ(::send(client_, answer.data(), answer.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(answer.size()));
  }

  int listener_ = -1;
  int client_ = -1;  // the thread's, until it is joined
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace broadcast_hub::test
