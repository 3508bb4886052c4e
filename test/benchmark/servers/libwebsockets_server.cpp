// libwebsockets as its examples use it: a queue of shared messages for each connection, one message
// written whenever the library says that the connection is writable.

#include "support/arguments.hpp"
#include "support/descriptor_limit.hpp"
#include "support/port.hpp"

#include <libwebsockets.h>

#include <array>
#include <cstdint>
#include <deque>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace {

using namespace broadcast_hub::benchmark;

// A header is written in front of the payload, into the first LWS_PRE bytes. It is the same for
// every connection, so all can share the bytes.
struct message {
  std::string padded_payload;
  lws_write_protocol kind;
};

struct session {
  lws* socket;
  std::string received{};
  std::deque<std::shared_ptr<message>> queue{};
};

using sessions = std::unordered_set<session*>;

void broadcast(sessions& all, const std::shared_ptr<message>& sent) {
  for (session* receiver : all) {
    receiver->queue.push_back(sent);
    lws_callback_on_writable(receiver->socket);
  }
}

void receive(sessions& all, session& from, std::string_view piece) {
  if (from.received.empty()) {
    from.received.assign(LWS_PRE, '\0');
  }
  from.received.append(piece);
  if (lws_is_final_fragment(from.socket) == 0 || lws_remaining_packet_payload(from.socket) > 0) {
    return;
  }
  const bool binary = lws_frame_is_binary(from.socket) != 0;
  broadcast(all, std::make_shared<message>(message{std::exchange(from.received, {}),
                                                   binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT}));
}

// Returns false when the connection is broken.
bool write_one(session& to) {
  if (to.queue.empty()) {
    return true;
  }
  message& next = *to.queue.front();
  const std::size_t size = next.padded_payload.size() - LWS_PRE;
  auto* payload = reinterpret_cast<unsigned char*>(next.padded_payload.data() + LWS_PRE);
  if (lws_write(to.socket, payload, size, next.kind) < static_cast<int>(size)) {
    return false;
  }
  to.queue.pop_front();
  if (!to.queue.empty()) {
    lws_callback_on_writable(to.socket);
  }
  return true;
}

// The library keeps a pointer for each connection; what it points to is ours.
int handle(lws* socket, lws_callback_reasons reason, void* user, void* bytes, std::size_t size) {
  auto& all = *static_cast<sessions*>(lws_context_user(lws_get_context(socket)));
  auto* const own = static_cast<session**>(user);
  switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
      *own = new session{socket};
      all.insert(*own);
      return 0;
    case LWS_CALLBACK_CLOSED:
      all.erase(*own);
      delete *own;
      return 0;
    case LWS_CALLBACK_RECEIVE:
      receive(all, **own, {static_cast<const char*>(bytes), size});
      return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
      return write_one(**own) ? 0 : -1;
    default:
      return lws_callback_http_dummy(socket, reason, user, bytes, size);
  }
}

void serve() {
  raise_descriptor_limit();
  lws_set_log_level(LLL_ERR, nullptr);
  constexpr std::size_t largest_piece = 64 << 10U;
  const std::array<lws_protocols, 2> protocols{
      lws_protocols{"broadcast", handle, sizeof(session*), largest_piece, 0, nullptr, 0},
      lws_protocols{}};

  sessions all;
  lws_context_creation_info info{};
  info.port = 0;
  info.iface = "127.0.0.1";
  info.protocols = protocols.data();
  info.user = &all;
  info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  lws_context* const context = lws_create_context(&info);
  lws_vhost* const vhost = context == nullptr ? nullptr : lws_create_vhost(context, &info);
  if (vhost == nullptr) {
    throw std::runtime_error("libwebsockets cannot listen");
  }
  print_port(static_cast<std::uint16_t>(lws_get_vhost_listen_port(vhost)));
  while (lws_service(context, 0) >= 0) {
  }
  lws_context_destroy(context);
}

}  // namespace

int main(int count, char** values) {
  try {
    const arguments none(count, values, {});
    serve();
  } catch (const std::exception& failure) {
    std::cerr << "bench_libwebsockets: " << failure.what() << '\n';
    return 1;
  }
}
