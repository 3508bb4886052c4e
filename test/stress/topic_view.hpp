#pragma once

#include "numbered_payload.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace broadcast_hub::stress {

/// So many publish on each topic.
inline constexpr std::size_t publishers_per_topic = 2;

/// What applications have got and have been told, all topics together.
struct view_counts {
  std::uint64_t delivered = 0;    ///< publications
  std::uint64_t replayed = 0;     ///< announced as stored
  std::uint64_t recovered = 0;    ///< answers with `"rec":true`
  std::uint64_t other_epoch = 0;  ///< answers with `"rec":false`, by their reason
  std::uint64_t gap = 0;
  std::uint64_t gap_on_short_topic = 0;  ///< of these
  std::uint64_t limit = 0;

  std::uint64_t not_recovered() const noexcept { return other_epoch + gap + limit; }
};

/// What the application of one client sees of one topic, over all its connections.
///
/// Errors: what the server must not do is a `std::runtime_error`: a publication left out without
/// `"rec":false`, one that comes twice, one in the wrong place.
class topic_view {
 public:
  /// `counts` outlives it.
  topic_view(std::uint64_t topic, view_counts& counts) : topic_(topic), counts_(counts) {}

  std::uint64_t topic() const noexcept { return topic_; }
  std::uint64_t offset() const noexcept { return offset_; }

  /// Whether the answer of this connection has come.
  bool is_live() const noexcept { return live_; }

  void on_disconnect() noexcept { live_ = false; }

  /// The member of a `sub` that goes on where this is.
  std::string entry() const;

  /// An answer to it.
  void on_answer(std::string_view frame);

  void on_publication(std::string_view frame);

 private:
  void resume(std::string_view frame, std::string_view epoch, std::uint64_t begin,
              std::uint64_t reached);
  void begin_at(std::string_view epoch, std::uint64_t offset);
  void check_number(const publication_mark& mark);

  const std::uint64_t topic_;
  view_counts& counts_;
  bool live_ = false;
  std::string epoch_;
  std::uint64_t offset_ = 0;
  std::uint64_t life_ = 0;  // 0: not known
  // How many of each publisher are among the first `offset_`; nothing when it cannot be known.
  std::optional<std::array<std::uint64_t, publishers_per_topic>> numbers_;
};

}  // namespace broadcast_hub::stress
