#pragma once

#include "base/clock.hpp"
#include "session/outbox.hpp"
#include "session/shard_context.hpp"
#include "wire/frame_decoder.hpp"
#include "wire/handshake.hpp"
#include "wire/request_parser.hpp"
#include "wire/response.hpp"

#include <broadcast_hub/close_code.hpp>
#include <broadcast_hub/error.hpp>
#include <broadcast_hub/events.hpp>
#include <broadcast_hub/message.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace broadcast_hub::session {

/// The life of one connection, from the first byte of its request to the close handshake, as a
/// machine without I/O: bytes and moments go in; events, and bytes in the outbox, come out. The
/// owner reads, sends what the outbox holds, and ends the socket when it is told to.
class session {
 public:
  enum class phase : std::uint8_t {
    request,   ///< an HTTP request is awaited
    deciding,  ///< a request is with the application; nothing is read meanwhile
    open,      ///< WebSocket messages go both ways
    closing,   ///< our close frame is queued or sent, the peer's is awaited
    draining,  ///< after the last byte: end our direction, then ignore the peer until it ends its
               ///< own
    finishing  ///< after the last byte: end the socket
  };

  enum class event : std::uint8_t {
    need_bytes,  ///< all bytes are used up
    request,     ///< `take_request()` has a complete request; answer it by one of the methods below
    message,     ///< `received()` has a message
  };

  /// What the owner has to do when all output is sent, or a deadline has passed.
  enum class action : std::uint8_t { none, end_sending, end_socket };

  session(shard_context& context, time_point now);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  /// @name Input
  /// @{

  /// Takes bytes, which it may change, up to the first event; `consumed` tells how many.
  event receive(char* data, std::size_t size, std::size_t& consumed, time_point now);

  /// Whether the owner should read: not while a request is being decided or a response waits.
  bool wants_input() const noexcept;

  /// Bytes that came behind a request which is not answered, or whose answer has not left yet.
  void keep_early_bytes(std::string_view bytes);
  std::string take_early_bytes() noexcept;

  /// Some output went out: a slow download is not an idle connection.
  void on_sent(time_point now) noexcept;

  action on_sent_all() noexcept;

  /// The peer ended its direction, or the socket failed.
  action on_end_of_input() noexcept;

  /// No further request is wanted: a response under way is finished first.
  action finish_response() noexcept;

  action on_deadline(time_point now);
  /// @}

  /// @name Answers to a request
  /// @{
  wire::request take_request();
  void respond(const wire::response& response, bool keep_alive, time_point now);

  /// Returns the early bytes, to be received next. `pings_by_message`: see `pinged_by_message`.
  std::string open(wire::accepted_upgrade accepted, time_point now, bool pings_by_message = false);
  /// @}

  /// @name While open
  /// @{
  const message& received() const noexcept { return received_; }

  /// Queues one encoded frame of the application.
  std::error_code send(shared_bytes frame, time_point now);

  /// Queues an answer to a command, ahead of what was published and is not queued.
  std::error_code reply(shared_bytes frame, time_point now);
  bool has_room_for(std::size_t bytes) const noexcept;
  /// For one long answer: half of the queue, so that others still fit in.
  std::size_t room_for_answer() const noexcept;

  /// Starts the close handshake behind everything queued and published.
  std::error_code close(close_code code, std::string_view reason, time_point now);

  /// Closes: a rule was broken or a limit passed. What waits for a full socket is dropped. Does
  /// nothing when it closes already.
  void fail(close_code code, std::string_view reason, time_point now);

  /// Has the policies of its topics act on a peer that is behind; returns whether that closed it.
  bool enforce_policies(time_point now);

  /// The same, now and then, and for what its queue holds of logs.
  bool patrol(time_point now);

  /// Its socket is full or it has ended a subscription: nobody comes by who has none, so what a
  /// patrol would do is done now.
  void patrol_if_unsubscribed(time_point now);
  /// @}

  /// The socket is gone: nothing is sent or received any more.
  void abandon() noexcept;

  /// When `on_deadline` is to be called. It moves with every change of phase; while open it may be
  /// earlier than needed, and `on_deadline` then moves it.
  time_point deadline() const noexcept { return deadline_; }

  /// Whether `on_deadline` would hold against the peer what it has not done: then what it has sent
  /// is to be received before.
  bool judges_at(time_point now) const noexcept {
    return now >= deadline_ && (phase_ != phase::open || awaiting_pong_);
  }

  phase now_in() const noexcept { return phase_; }
  bool was_opened() const noexcept { return was_opened_; }
  bool uses_deflate() const noexcept { return deflate_; }

  /// The peer cannot see pings: it is pinged by a message beside, whether or not it is heard.
  bool pinged_by_message() const noexcept { return ping_message_; }
  outbox& out() noexcept { return outbox_; }
  const outbox& out() const noexcept { return outbox_; }

  /// How it ended, or would end if the socket broke now.
  const close_event& ending() noexcept;

  /// Why a deadline or limit ended it, for the counters.
  enum class cause : std::uint8_t {
    none,
    bad_request,
    handshake_timeout,
    idle,
    slow_consumer,
    protocol_error,
    overload
  };
  cause ended_by() const noexcept { return cause_; }

  /// After `cause::bad_request`: the status of the answer and what was wrong.
  struct refusal {
    int status = 0;
    std::string_view fault;
  };
  refusal bad_request() const noexcept;

 private:
  struct handshake_state;

  event receive_request(const char* data, std::size_t size, std::size_t& consumed, time_point now);
  event receive_frames(char* data, std::size_t size, std::size_t& consumed, time_point now);
  void on_peer_close(const wire::frame_event& frame, time_point now);
  void inflate(wire::frame_event& frame);
  void on_fault(const wire::frame_event& frame, time_point now);
  void account_partial_message(time_point now);
  action on_heartbeat(time_point now);
  bool nothing_to_answer() const noexcept;
  void enter(phase next, time_point deadline) noexcept;
  std::error_code see_to_room(std::size_t bytes, time_point now);
  void drop_slow_consumer(std::string_view reason, time_point now);
  void end_with(std::string close_frame);
  void note_ending(close_code code, std::string_view reason);
  static std::unique_ptr<close_event> make_ending(close_code code, std::string_view reason);
  void release_decoder();

  shard_context& context_;
  outbox outbox_;
  std::unique_ptr<wire::frame_decoder> decoder_;  // only while a message is half received
  std::unique_ptr<handshake_state> handshake_;    // only before `open`
  std::unique_ptr<close_event> ending_;           // only once it is clear how it ends
  message received_;
  time_point deadline_;
  time_point last_received_;
  std::uint32_t counted_partial_bytes_ = 0;
  phase phase_ = phase::request;
  cause cause_ = cause::none;
  bool was_opened_ = false;
  bool deflate_ = false;
  bool ping_message_ = false;
  bool close_received_ = false;
  bool close_sent_ = false;
  bool awaiting_pong_ = false;
  bool input_ended_ = false;
  bool sending_ended_ = false;
};

}  // namespace broadcast_hub::session
