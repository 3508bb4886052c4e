#include "wire/frame_decoder.hpp"

#include "wire/close_payload.hpp"
#include "wire/frame_encoder.hpp"
#include "wire/frame_header.hpp"
#include "wire/payload_mask.hpp"
#include "wire/utf8_stream.hpp"
#include "wire/websocketpp_config.hpp"

#include <algorithm>
#include <limits>

namespace broadcast_hub::wire {

namespace {

constexpr unsigned fin_bit = 0x80;

/// What a compressor can make of that many bytes when they do not compress: zlib's smallest
/// blocks have a header of five bytes for every 127, and others flush often.
constexpr std::size_t most_compressed_bytes(std::size_t message_bytes) noexcept {
  return message_bytes + message_bytes / 8 + 1024;
}

}  // namespace

class frame_decoder::impl {
 public:
  impl(std::size_t max_message_bytes, frame_sender from);

  std::size_t consume(char* data, std::size_t size, frame_event& event) noexcept;
  bool idle() const noexcept { return !faulted() && !message_open_ && !header_.started(); }
  bool faulted() const noexcept { return fault_.what == frame_event::kind::fault; }
  std::size_t held_bytes() const noexcept;
  void trim() noexcept;
  void expect_deflate(bool agreed) noexcept { deflate_ = agreed; }

 private:
  std::size_t consume_to_event(char* data, std::size_t size, frame_event& event);
  std::size_t read_header(const char* data, std::size_t size);
  void begin_payload();
  std::size_t read_payload(char* data, std::size_t size);
  void feed(unsigned char* data, std::size_t size);
  void check_text();
  frame_event end_frame();
  frame_event take_message();
  std::size_t limit() const noexcept;  // of the message under way
  std::uint64_t room() const noexcept;
  void fail(close_code code, std::string_view rule) noexcept;

  std::size_t max_message_bytes_;
  frame_sender from_;
  bool deflate_ = false;
  std::shared_ptr<websocketpp_config::con_msg_manager_type> slots_;
  websocketpp_config::rng_type random_;  // never asked: nothing is sent here
  websocketpp_processor processor_;

  frame_header header_;              // of the current frame
  payload_mask mask_;                // of it
  std::uint64_t payload_left_ = 0;   // of the current frame
  std::uint64_t message_bytes_ = 0;  // of the data message, all frames so far
  bool message_open_ = false;        // a data frame without FIN has ended
  bool compressed_ = false;          // the data message under way is
  bool text_ = false;                // it says it is
  utf8_stream utf8_;                 // of text that is not compressed
  std::size_t checked_bytes_ = 0;    // of it
  frame_event fault_;                // kind `fault` once the peer has broken a rule
};

frame_decoder::impl::impl(std::size_t max_message_bytes, frame_sender from)
    : max_message_bytes_(max_message_bytes),
      from_(from),
      slots_(std::make_shared<websocketpp_config::con_msg_manager_type>()),
      processor_(false, false, slots_, random_) {  // no mask reaches it
  // `room` has refused before.
  processor_.set_max_message_size(std::numeric_limits<std::size_t>::max());
}

std::size_t frame_decoder::impl::consume(char* data, std::size_t size,
                                         frame_event& event) noexcept {
  std::size_t used = size;
  event = {};
  if (!faulted()) {
    trim();
    try {
      used = consume_to_event(data, size, event);
    } catch (...) {
      fail(close_code::internal_error, "out of memory");
    }
  }
  if (faulted()) {
    event = fault_;
    return size;
  }
  return used;
}

std::size_t frame_decoder::impl::consume_to_event(char* data, std::size_t size,
                                                  frame_event& event) {
  std::size_t used = 0;
  while (used < size && event.what == frame_event::kind::none && !faulted()) {
    used += header_.complete() ? read_payload(data + used, size - used)
                               : read_header(data + used, size - used);
    if (header_.complete() && payload_left_ == 0 && !faulted()) {
      event = end_frame();
    }
  }
  return used;
}

std::size_t frame_decoder::impl::read_header(const char* data, std::size_t size) {
  const bool start_was_checked = header_.has_start();
  const std::size_t taken = header_.take(data, size);
  if (header_.has_start() && !start_was_checked) {
    if (const auto fault = header_.check_start(message_open_, deflate_, from_)) {
      fail(fault->code, fault->rule);
      return taken;
    }
  }
  if (header_.complete()) {
    begin_payload();
  }
  return taken;
}

void frame_decoder::impl::begin_payload() {
  if (!header_.control() && !message_open_) {
    compressed_ = header_.compressed();
    text_ = header_.text();
    utf8_.reset();
    checked_bytes_ = 0;
  }
  if (const auto fault = header_.check_length(room())) {
    fail(fault->code, fault->rule);
    return;
  }
  payload_left_ = header_.payload_size();
  if (!header_.control()) {
    message_bytes_ += payload_left_;
  }
  if (message_open_ && !header_.control()) {
    slots_->make_room(payload_left_, limit());  // else hybi13 would, and take up to twice as much
  }
  // hybi13 knows nothing of compression, and goes byte by byte where it takes a mask off and looks
  // for UTF-8: that is done here.
  frame_header::copied header = header_.without_mask();
  if (header_.text() || header_.compressed()) {
    header.bytes[0] = static_cast<unsigned char>((header.bytes[0] & fin_bit) |
                                                 static_cast<unsigned>(opcode::binary));
  }
  if (header_.masked()) {
    mask_.begin(header_.mask_key());
  }
  feed(header.bytes.data(), header.size);
}

std::size_t frame_decoder::impl::limit() const noexcept {
  return compressed_ ? most_compressed_bytes(max_message_bytes_) : max_message_bytes_;
}

std::uint64_t frame_decoder::impl::room() const noexcept {
  // A difference, never a sum: hybi13 adds the lengths of fragments up and lets them wrap around.
  return limit() - message_bytes_;
}

std::size_t frame_decoder::impl::read_payload(char* data, std::size_t size) {
  const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, size));
  if (!header_.control()) {
    slots_->make_room(part, limit());
  }
  if (header_.masked()) {
    mask_.take_off(data, part);
  }
  feed(reinterpret_cast<unsigned char*>(data), part);
  payload_left_ -= part;
  if (text_ && !compressed_ && !header_.control())
    check_text();
  return part;
}

void frame_decoder::impl::check_text() {
  const std::string_view payload = slots_->data();
  if (!utf8_.take(payload.substr(checked_bytes_)))
    fail(close_code::invalid_payload, "text that is not UTF-8");
  checked_bytes_ = payload.size();
}

void frame_decoder::impl::feed(unsigned char* data, std::size_t size) {
  websocketpp::lib::error_code reported;
  processor_.consume(data, size, reported);
  if (reported) {
    fail(close_code::protocol_error, "malformed frame");
  }
}

frame_event frame_decoder::impl::end_frame() {
  const bool control = header_.control();
  const bool fin = header_.fin();
  header_.reset();
  if (!fin) {
    message_open_ = true;
    return {};
  }
  const frame_event event = take_message();
  if (!control) {
    message_open_ = false;
    message_bytes_ = 0;
  }
  return event;
}

frame_event frame_decoder::impl::take_message() {
  using kind = frame_event::kind;
  namespace codes = websocketpp::frame::opcode;
  const auto message = processor_.get_message();
  if (!message) {
    fail(close_code::internal_error, "frame without a message");
    return {};
  }
  const std::string_view payload = message->get_payload();  // owned by `slots_`
  switch (message->get_opcode()) {
    case codes::binary:
      if (text_ && !compressed_ && !utf8_.complete()) {
        fail(close_code::invalid_payload, "text that is not UTF-8");
        return {};
      }
      return {text_ ? kind::text : kind::binary, close_code::no_status, payload, compressed_};
    case codes::ping:
      return {kind::ping, close_code::no_status, payload};
    case codes::pong:
      return {kind::pong, close_code::no_status, payload};
    default:
      break;
  }
  const frame_event event = read_close_payload(payload);
  if (event.what == kind::fault) {
    fail(event.code, event.payload);
  }
  return event;
}

void frame_decoder::impl::fail(close_code code, std::string_view rule) noexcept {
  fault_ = {frame_event::kind::fault, code, rule};
}

std::size_t frame_decoder::impl::held_bytes() const noexcept {
  return message_open_ || header_.complete() ? slots_->capacity() : 0;
}

void frame_decoder::impl::trim() noexcept {
  if (!message_open_ && !header_.complete()) {
    slots_->release();
  }
}

frame_decoder::frame_decoder(std::size_t max_message_bytes, frame_sender from)
    : impl_(std::make_unique<impl>(max_message_bytes, from)) {}

frame_decoder::~frame_decoder() = default;

std::size_t frame_decoder::consume(char* data, std::size_t size, frame_event& event) {
  return impl_->consume(data, size, event);
}

bool frame_decoder::idle() const noexcept {
  return impl_->idle();
}
bool frame_decoder::faulted() const noexcept {
  return impl_->faulted();
}
std::size_t frame_decoder::held_bytes() const noexcept {
  return impl_->held_bytes();
}
void frame_decoder::expect_deflate(bool agreed) noexcept {
  impl_->expect_deflate(agreed);
}
void frame_decoder::trim() noexcept {
  impl_->trim();
}

}  // namespace broadcast_hub::wire
