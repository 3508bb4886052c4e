#include "load_generator/client.hpp"

#include "load_generator/handshake.hpp"
#include "load_generator/socket.hpp"
#include "protocol/command_frame.hpp"
#include "protocol/server_frame.hpp"

#include <span>
#include <variant>

namespace broadcast_hub::benchmark {
namespace {

constexpr masking_key mask{0x37, -0x06, 0x21, 0x3d};

// The topic that plain clients are subscribed to, and the only command of the others.
constexpr std::string_view topic = "default";
constexpr std::uint64_t subscribe_id = 1;

}  // namespace

client::client(std::size_t number, std::uint16_t port, client_kind kind)
    : number_(number), socket_(connect_to(port)), kind_(kind), unsent_(handshake_request(kind)) {
  if (!flush()) {
    fail("the handshake could not be sent at once");
  }
}

void client::read(reading_tools& tools, broadcast_window& window) {
  constexpr std::size_t room = 256 << 10U;
  const std::size_t kept = unread_.size();
  if (tools.bytes.size() < kept + room) {
    tools.bytes.resize(kept + room);
  }
  const std::size_t received =
      receive(socket(), std::span(tools.bytes).subspan(kept, room), number_);
  if (received == 0) {
    return;
  }
  tools.received_bytes += received;
  unread_.copy(tools.bytes.data(), kept);
  std::string_view bytes(tools.bytes.data(), kept + received);
  for (std::size_t taken = take_one(bytes, tools, window); taken > 0;
       taken = take_one(bytes, tools, window)) {
    bytes.remove_prefix(taken);
  }
  if (bytes.empty() && kept == 0) {
    return;
  }
  unread_.assign(bytes);
}

std::size_t client::take_one(std::string_view bytes, reading_tools& tools,
                             broadcast_window& window) {
  return upgraded_ ? take_frame(bytes, tools, window) : take_handshake(bytes);
}

std::size_t client::take_handshake(std::string_view bytes) {
  const handshake_answer answer = read_handshake(bytes, kind_);
  if (!answer.fault.empty()) {
    fail(answer.fault);
  }
  upgraded_ = answer.size > 0;
  open_ = upgraded_ && kind_ != client_kind::envelope;
  if (upgraded_ && !open_) {
    queue_text(protocol::write_subscribe(subscribe_id, {{topic, {}, 0}}));
    flush();
  }
  if (answer.deflate && answer.server_context_takeover) {
    context_ = std::make_unique<test::inflater>();
  }
  return answer.size;
}

std::size_t client::take_frame(std::string_view bytes, reading_tools& tools,
                               broadcast_window& window) {
  const auto header = read_frame_header(bytes);
  if (!header) {
    return 0;
  }
  check_header(*header);
  if (bytes.size() - header->size < header->payload_size) {
    return 0;
  }
  const std::string_view payload = bytes.substr(header->size, header->payload_size);
  if (header->code == opcode::ping) {
    append_frame(unsent_, opcode::pong, payload, mask);
    flush();
  } else if (header->compressed) {
    take_compressed(payload, tools, window);
  } else if (kind_ == client_kind::envelope) {
    take_envelope(payload, tools, window);
  } else {
    take_broadcast(payload, window);
  }
  return header->size + payload.size();
}

void client::check_header(const frame_header& header) const {
  if (!header.fin || header.reserved || header.mask) {
    fail("got a frame that is fragmented, masked or has reserved bits");
  }
  if (header.compressed && (kind_ != client_kind::deflating || header.code != opcode::text)) {
    fail("got a frame that is marked as compressed and may not be");
  }
  if (header.code != opcode::text && header.code != opcode::ping) {
    fail("got opcode " + std::to_string(static_cast<unsigned>(header.code)) + " instead of a text");
  }
}

void client::take_compressed(std::string_view payload, reading_tools& tools,
                             broadcast_window& window) {
  check_asked_for(payload, window);
  if (!context_ && window.is_known_encoding(next_, payload)) {
    window.delivered(next_++);
    return;
  }
  test::inflater& undo = context_ ? *context_ : tools.without_context;
  if (!undo.inflate(payload, window.payload(next_).size(), tools.text)) {
    fail("cannot inflate broadcast " + std::to_string(next_));
  }
  if (!context_) {
    undo.reset();
    if (tools.text == window.payload(next_)) {
      window.remember_encoding(next_, payload);
    }
  }
  take_broadcast(tools.text, window);
}

void client::take_envelope(std::string_view text, reading_tools& tools, broadcast_window& window) {
  // All subscribers get the same bytes, so those that one client has read need only be compared.
  if (open_ && window.holds(next_) && window.is_known_encoding(next_, text)) {
    window.delivered(next_++);
    return;
  }
  const auto read = tools.frames.read(text);
  const auto* const said = std::get_if<protocol::server_says>(&read);
  if (said == nullptr) {
    fail("got what is no frame of bhub.v1: " + quoted(text));
  } else if (const auto* const what = std::get_if<protocol::publication_said>(said)) {
    take_publication(*what, text, window);
  } else if (const auto* const answer = std::get_if<protocol::subscribed_said>(said)) {
    take_answer(*answer, text);
  } else if (std::holds_alternative<protocol::ping_said>(*said)) {
    queue_text(protocol::pong_text);
    flush();
  } else if (!std::holds_alternative<protocol::hello_said>(*said) || open_) {
    fail("got a frame that it has no use for: " + quoted(text));
  }
}

void client::take_answer(const protocol::subscribed_said& said, std::string_view text) {
  // Everybody subscribes before the first broadcast.
  if (open_ || said.id != subscribe_id || said.topic != topic || !said.reached ||
      said.reached->offset != 0 || said.replayed != 0) {
    fail("got a wrong answer to its command: " + quoted(text));
  }
  acknowledge_at_once(socket());  // as the kernel does for plain clients, which send nothing
  open_ = true;
}

void client::take_publication(const protocol::publication_said& said, std::string_view text,
                              broadcast_window& window) {
  if (!open_ || said.topic != topic) {
    fail("got a publication that it has not subscribed to: " + quoted(text));
  }
  check_asked_for(said.data.bytes, window);
  if (said.offset != next_ + 1) {
    fail("expected offset " + std::to_string(next_ + 1) + " but got " + quoted(text));
  }
  if (said.data.kind == message_kind::text && said.data.bytes == window.payload(next_)) {
    window.remember_encoding(next_, text);
  }
  take_broadcast(said.data.bytes, window);
}

void client::take_broadcast(std::string_view payload, broadcast_window& window) {
  check_asked_for(payload, window);
  if (payload != window.payload(next_)) {
    fail("expected broadcast " + std::to_string(next_) + " but got " + quoted(payload));
  }
  window.delivered(next_++);
}

void client::check_asked_for(std::string_view payload, const broadcast_window& window) const {
  if (!window.holds(next_)) {
    fail("got a broadcast that nobody asked for: " + quoted(payload));
  }
}

void client::ask_for(std::string_view payload) {
  if (kind_ == client_kind::envelope) {
    queue_text(protocol::write_message(message_kind::text, payload));
  } else {
    queue_text(payload);
  }
}

void client::queue_text(std::string_view payload) {
  append_frame(unsent_, opcode::text, payload, mask);
}

bool client::flush() {
  return send_queued(socket(), unsent_, number_);
}

void client::fail(const std::string& what) const {
  blame_server(number_, what);
}

}  // namespace broadcast_hub::benchmark
