#pragma once

#include "protocol/server_frame_reader.hpp"

#include <broadcast_hub/client_events.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace broadcast_hub {

/// What a client knows of one topic or pattern that it wants to hear: rules 1, 2 and 5 of
/// docs/reference/protocol.md.
class topic_state {
 public:
  topic_state(std::string_view name, std::optional<topic_position> since, std::size_t last,
              bool presence = false);

  bool is_pattern() const noexcept { return pattern_; }

  /// The position that has been reached; nothing before the first answer, and for patterns.
  const std::optional<topic_position>& position() const noexcept { return position_; }

  /// Past publications to ask for, when those behind the position are not kept.
  std::size_t last() const noexcept { return last_; }

  /// Whether who comes and goes is wanted, and whether the last `sub` said otherwise.
  bool presence() const noexcept { return presence_; }
  bool presence_differs() const noexcept { return presence_ != presence_asked_; }
  void want_presence(bool wanted) noexcept { presence_ = wanted; }

  /// The last `sub` wanted presence for a subscription that goes on without.
  bool may_do_without_presence() const noexcept { return presence_asked_ && was_subscribed_; }

  /// An answer has come, and none is awaited: what is published is delivered.
  bool live() const noexcept { return was_subscribed_ && asked_ == 0 && !waiting_; }

  /// A `sub` is sent under that id: until its answer comes, publications are ignored.
  void on_asked(std::uint64_t id) noexcept;

  /// A `sub` will be sent later; until then they are ignored, too.
  void on_waiting() noexcept;
  bool waiting() const noexcept { return waiting_; }

  /// The connection is lost, and with it the answer.
  void on_lost() noexcept;

  /// 0: no answer is awaited.
  std::uint64_t asked() const noexcept { return asked_; }

  /// The answer has come. Returns what the application is told. If that fails for want of memory,
  /// nothing has changed.
  client_subscribed_event on_subscribed(const protocol::subscribed_said& said);

  /// @name A subscription that the hub's application has made
  /// It stands even when the client may not ask for its topic.
  /// @{
  void on_made_by_hub(const protocol::subscribed_said& said) {
    standing_ = {said.reached, said.skips};
  }
  bool stands() const noexcept { return standing_.has_value(); }

  /// What the client asked for was refused, so it goes on from where that subscription is.
  ///
  /// Requires: it stands.
  client_subscribed_event on_kept();
  /// @}

  enum class step {
    deliver,
    ignore,  ///< it was there before, or comes again
    gap      ///< some in front of it are missing: `sub` must be sent again
  };
  struct verdict {
    step next;
    std::uint64_t skipped = 0;  ///< publications in front of a delivered one that do not come
    bool operator==(const verdict&) const = default;
  };
  verdict on_publication(std::uint64_t offset) noexcept;

  /// Whether a publication comes only because this topic is subscribed to by its name. It is not
  /// for patterns then, which get what is live. To be asked once for each publication.
  bool is_replayed(std::uint64_t offset) noexcept;

  unsigned refusals = 0;  ///< in a row
  bool by_hub = false;    ///< the client's application has not asked for it

 private:
  /// Where a subscription is that the hub's application has made over this connection.
  struct standing {
    std::optional<topic_position> at;
    bool skips = false;
  };

  std::string name_;
  bool pattern_;
  bool presence_;
  bool presence_asked_ = false;
  std::optional<topic_position> position_;
  std::size_t last_;
  std::uint64_t asked_ = 0;
  bool waiting_ = false;
  std::optional<standing> standing_;
  bool was_subscribed_ = false;
  bool skips_ = false;
  std::uint64_t replayed_up_to_ = 0;  // 0: nothing stored is on its way
};

}  // namespace broadcast_hub
