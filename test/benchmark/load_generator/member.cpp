#include "load_generator/member.hpp"

#include "load_generator/socket.hpp"
#include "protocol/command_frame.hpp"
#include "protocol/server_frame.hpp"

namespace broadcast_hub::benchmark {
namespace {

// Presence of many is the largest frame; the hub's own limit is a fraction of this.
constexpr std::size_t max_message_bytes = std::size_t{16} << 20U;

wire::websocket_url address_of(std::size_t number, std::uint16_t port) {
  const std::string authority = "127.0.0.1:" + std::to_string(port);
  return {"127.0.0.1", port, authority, "/?" + std::to_string(number)};
}

}  // namespace

member::member(std::size_t number, std::uint16_t port, const random_source& random,
               member_events& events)
    : number_(number),
      events_(events),
      socket_(connect_to(port)),
      link_({address_of(number, port), {}}, max_message_bytes, random, *this) {
  link_.begin();
}

std::size_t member::read(std::vector<char>& room) {
  const std::size_t size = receive(socket(), room, number_);
  if (size == 0) {
    return 0;
  }
  if (const auto ending = link_.take(room.data(), size)) {
    fail("was told " + std::to_string(static_cast<unsigned>(ending->code)) + ": " + ending->reason);
  }
  return size;
}

void member::send(std::string_view text) {
  link_.send_text(text);
}

bool member::flush() {
  return send_queued(socket(), unsent_, number_);
}

void member::on_link_text(std::string_view text) {
  if (text == protocol::ping_text) {
    send(protocol::pong_text);
  } else if (welcome_) {
    events_.on_frame(*this, text);
  } else if (text.starts_with(R"({"hello":)")) {
    welcome_ = true;
    events_.on_welcome(*this);
  } else {
    fail("got " + quoted(text) + " instead of a hello");
  }
}

void member::on_link_binary() {
  fail("got a binary message");
}

void member::on_link_bytes(std::string_view bytes) {
  unsent_ += bytes;
}

void member::fail(const std::string& what) const {
  blame_server(number_, what);
}

}  // namespace broadcast_hub::benchmark
