#pragma once

#include "base/clock.hpp"
#include "topic/reader.hpp"
#include "topic/subscriber.hpp"

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace broadcast_hub::session {

/// Bytes that several connections may be waiting to send.
using shared_bytes = std::shared_ptr<const std::string>;

inline shared_bytes share(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

/// What leaves a connection, and in which order: the rest of a partly sent publication, then what
/// was queued here, then what the topics have for it. Frames stay whole: whatever
/// overtakes does so between two frames.
class outbox {
 public:
  outbox() = default;
  ~outbox() { leave_topics(); }
  outbox(const outbox&) = delete;
  outbox& operator=(const outbox&) = delete;

  enum class kind : std::uint8_t {
    bytes,        ///< not frames: HTTP, the handshake
    direct,       ///< one frame from the application
    control,      ///< a ping, pong or close frame
    publications  ///< whole frames moved here from a log
  };

  /// Appends to the queue. What was published before comes first, unless the connection is blocked
  /// or catches up.
  void push(kind what, shared_bytes bytes);

  /// Appends an answer to a command, which need not wait for what was published before.
  void push_reply(shared_bytes frame);

  /// Puts a pong or ping ahead of everything but a partly sent frame, behind those that wait there.
  /// While the connection is blocked, or `most_pongs` wait, the newest of them gives way to this
  /// one (RFC 6455, section 5.5.3): a peer that does not read cannot make many of them.
  void push_ahead(std::string frame);

  /// The last frame: behind everything sent and published before. Nothing follows it.
  void finish_with(shared_bytes close_frame);

  /// The same; but whoever is behind by more than `max_moved_bytes` of publications, or by more
  /// than may be while memory is short, gets the frame at once: here nothing else would bound them.
  void finish_within(std::size_t max_moved_bytes, shared_bytes close_frame);

  /// The last frame, at once: drops everything but a partly sent frame.
  void cut_short_with(shared_bytes close_frame);

  /// Drops everything; nothing is left to send.
  void drop_all();

  /// @name Topics
  /// @{

  /// From here on it may subscribe. `slot`: its place among the shard's connections.
  void join_topics(topic::reader& topics, std::uint32_t slot, topic::lane_kind lane);

  /// As `topic::reader::subscribe`.
  std::error_code subscribe(std::string_view name);

  /// What was published before still goes out, unless the connection is blocked or catches up: then
  /// it is dropped.
  std::error_code unsubscribe(std::string_view name);

  /// As `topic::reader::place_of`.
  topic::standing place_of(std::string_view name);

  /// As `topic::reader::send_again`, behind all answers queued until it is sent.
  void send_again(std::string_view name, const topic::topic::stored& past) {
    topics_->send_again(subscriber_, name, past);
  }

  /// As `topic::reader::newest_of` and `send_again`.
  topic::reader::newest_ones newest_of(std::string_view pattern, topic::reader::newest_limits most,
                                       time_point now);
  void send_again(const topic::reader::newest_ones& them) {
    topics_->send_again(subscriber_, them);
  }

  std::vector<std::string> subscriptions() const;
  bool subscribed_to(std::string_view topic) const noexcept;

  /// By this very name or pattern.
  bool subscribed_as(std::string_view name) const noexcept {
    return subscriber_.find(name) != nullptr;
  }
  bool subscribed() const noexcept { return !subscriber_.memberships.empty(); }

  /// What was published until now, ahead of the walk. After `join_topics`.
  void offer_all() { topics_->offer_all(subscriber_); }

  /// What the walk under way has for this connection. Returns on how many topics.
  std::size_t offer_walk() { return topics_->offer_walk(subscriber_); }

  /// Has the policies of its topics act on it. True: it is to be disconnected.
  bool enforce_policies(time_point now);

  /// Does so, and sees to publications that a direct send pushed into the queue, which policies do
  /// not reach: there may be `max_moved_bytes` of them, and they are copied to let go of the logs.
  bool patrol(time_point now, std::size_t max_moved_bytes);

  /// All that was offered is sent: walks may from now on send by the handle, without asking.
  void rest(int handle);
  /// @}

  /// Bytes queued by `push` as `direct` and not sent yet.
  std::size_t direct_bytes() const noexcept { return direct_bytes_; }

  /// The same with what each queued frame costs besides its bytes, so that a queue of empty
  /// messages has an end too.
  std::size_t direct_cost() const noexcept { return direct_bytes_ + direct_frames_ * frame_cost; }

  /// Publications that were offered, and neither delivered nor dropped. Counts frame by frame.
  std::uint64_t pending_publications() const noexcept;

  /// Nothing is queued here. Topics may still have something.
  bool queue_empty() const noexcept { return first_ == chunks_.size(); }
  bool empty() const noexcept { return queue_empty() && !subscriber_.pending(); }

  /// Fills `out` with what is to be sent next; returns the number of entries used.
  std::size_t gather(std::span<iovec> out) const;

  static constexpr std::size_t frame_cost = 128;
  static constexpr std::size_t most_pongs = 16;

  /// `sent` bytes of what `gather` told went out.
  void advance(std::size_t sent);

  /// A send took less than it was given: until `unblock`, walks send nothing to this connection,
  /// and pass it by once its policies have been looked at.
  void block();
  void unblock() noexcept;
  bool blocked() const noexcept { return blocked_; }

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
  void append(kind what, shared_bytes bytes);
  void append(chunk piece);
  void leave_handle() noexcept;
  void leave_topics() noexcept;
  void forget_direct(std::size_t bytes, std::uint32_t frames) noexcept;
  void let_go_of_logs();
  static void own_bytes(chunk& piece);
  void move_published_here();
  void move_publications_here();
  void move_partial_publication_here();
  std::size_t cut_off_sent_frames() noexcept;
  static std::uint64_t frames_in(const chunk& piece) noexcept;
  void count_delivered(std::uint64_t publications) noexcept;
  void count_dropped(const chunk& piece) noexcept;
  void pop_front();

  // First, because a walk asks for its memory ahead, and for the line behind it: so what a visit
  // looks at follows.
  topic::subscriber subscriber_;
  topic::reader* topics_ = nullptr;
  bool blocked_ = false;
  bool holds_logs_ = false;  // a chunk of publications is not a copy
  std::uint32_t first_ = 0;  // chunks before it are sent
  // A partly sent chunk of frames begins with the frame that is partly sent.
  std::vector<chunk> chunks_;
  std::size_t sent_of_first_ = 0;
  std::size_t direct_bytes_ = 0;
  std::size_t publication_bytes_ = 0;
  std::uint32_t direct_frames_ = 0;
};

}  // namespace broadcast_hub::session
