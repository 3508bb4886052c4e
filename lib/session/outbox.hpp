#pragma once

#include "topic/fan_out.hpp"

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace broadcast_hub::session {

/// Bytes that several connections may be waiting to send.
using shared_bytes = std::shared_ptr<const std::string>;

/// What leaves a connection, and in which order: the rest of a partly sent publication, then what
/// was queued here, then what the topic's log has for its cursor. Frames stay whole: whatever
/// overtakes does so between two frames.
class outbox {
 public:
  outbox() = default;
  ~outbox() { unsubscribe(); }
  outbox(const outbox&) = delete;
  outbox& operator=(const outbox&) = delete;

  enum class kind : std::uint8_t {
    bytes,        ///< not frames: HTTP, the handshake
    direct,       ///< one frame from the application
    control,      ///< a ping, pong or close frame
    publications  ///< whole frames moved here from the log
  };

  /// Appends to the queue. What the log has for this connection already comes first, unless the
  /// connection is blocked.
  void push(kind what, shared_bytes bytes);

  /// Puts a pong or ping ahead of everything but a partly sent frame. A pong that is still waiting
  /// gives way to the newer one (RFC 6455, section 5.5.3).
  void push_ahead(std::string frame);

  /// The last frame: behind everything sent and published before. Nothing follows it.
  void finish_with(shared_bytes close_frame);

  /// The last frame, at once: drops everything but a partly sent frame.
  void cut_short_with(shared_bytes close_frame);

  /// Drops everything; nothing is left to send.
  void drop_all();

  void subscribe(topic::fan_out& topic, std::uint32_t owner);
  void unsubscribe() noexcept;
  bool subscribed() const noexcept { return topic_ != nullptr; }

  /// Bytes queued by `push` as `direct` and not sent yet.
  std::size_t direct_bytes() const noexcept { return direct_bytes_; }

  /// The same with what each queued frame costs besides its bytes, so that a queue of empty
  /// messages has an end too.
  std::size_t direct_cost() const noexcept { return direct_bytes_ + direct_frames_ * frame_cost; }

  /// Bytes of publications, behind the frame being sent, that the peer has not taken.
  std::uint64_t lag() const noexcept;

  /// Nothing is queued here. The log may still have something.
  bool queue_empty() const noexcept { return first_ == chunks_.size(); }
  bool empty() const noexcept;

  /// After `finish_with` or `cut_short_with`: nothing but the close frame is left to send, if that.
  bool only_last_frame_left() const noexcept { return chunks_.size() - first_ <= 1; }

  /// Fills `out` with what is to be sent next; returns the number of entries used.
  std::size_t gather(std::span<iovec> out) const;

  static constexpr std::size_t frame_cost = 128;

  struct progress {
    std::size_t publications = 0;  ///< of which the last byte is sent
  };

  /// `sent` bytes of what `gather` told went out.
  progress advance(std::size_t sent);

  /// One walk of the topic went out whole; it stood where the walk began.
  void complete_walk() noexcept { topic_->complete(cursor_); }

  /// A send took less than it was given: until `unblock`, walks pass this connection by.
  void block() noexcept { cursor_.blocked = true; }
  void unblock() noexcept { cursor_.blocked = false; }
  bool blocked() const noexcept { return cursor_.blocked; }

 private:
  struct chunk {
    std::shared_ptr<const void> owner;
    const char* data;
    std::size_t size;
    kind what;
  };

  using queue = std::vector<chunk>;

  queue::iterator front() noexcept { return chunks_.begin() + first_; }
  queue::iterator behind_partial_frame();
  void append(chunk piece);
  void forget_direct(std::size_t bytes, std::uint32_t frames) noexcept;
  void move_publications_here();
  void move_partial_publication_here();
  std::size_t cut_off_sent_frames() noexcept;
  void pop_front();

  // A partly sent chunk of frames begins with the frame that is partly sent.
  std::vector<chunk> chunks_;
  std::uint32_t first_ = 0;  // chunks before it are sent
  std::size_t sent_of_first_ = 0;
  std::size_t direct_bytes_ = 0;
  std::uint32_t direct_frames_ = 0;
  std::size_t publication_bytes_ = 0;
  topic::fan_out* topic_ = nullptr;
  topic::subscriber cursor_;
};

}  // namespace broadcast_hub::session
