#pragma once

#include "protocol/content.hpp"
#include "protocol/error_code.hpp"
#include "protocol/position.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::protocol {

/// The subprotocol's name (RFC 6455, section 1.9).
inline constexpr std::string_view subprotocol = "bhub.v1";

/// What a server says: the text of one frame each. `id`: of the command that is answered.
/// @{
struct hello {
  std::string_view client_id;
  std::chrono::milliseconds ping;       ///< 0: the server does not ping
  std::chrono::milliseconds retry_min;  ///< bounds of the client's back-off
  std::chrono::milliseconds retry_max;
  std::string_view version;
  std::size_t max_message_bytes = 0;  ///< of what clients send; 0: not said

  /// For so long keys of publications are known on every topic; nothing: clients publish nowhere.
  std::optional<std::chrono::milliseconds> window = {};
};
std::string write_hello(const hello& said);

/// Whether publications may be skipped for a client that is behind, and how.
enum class skips { none, latest, drop_oldest };

/// Why nothing could be recovered.
enum class no_recovery { none, epoch, gap, limit };

struct subscribed {
  std::uint64_t id = 0;
  std::string_view topic = {};
  position reached = {};  ///< once the stored publications behind this are read
  bool asked = false;     ///< for recovery: then `rec` is part of it
  no_recovery why = no_recovery::none;
  std::size_t replayed = 0;     ///< stored publications that follow
  skips skipped = skips::none;  ///< else gaps are to be expected
  bool pattern = false;         ///< then it has no position
  bool newest = false;          ///< of a pattern: the newest of its topics follow, so `replayed`
  bool more = false;            ///< there are more than may follow
};
std::string write_subscribed(const subscribed& said);

/// `topic`: the one of several that failed; empty: all of the command.
struct failed {
  std::uint64_t id = 0;
  std::string_view topic = {};
  error_code code = error_code::internal;
  std::string_view reason = {};
  std::chrono::milliseconds retry_after{0};  ///< 0: it does not say
};
std::string write_failed(const failed& said);

std::string write_ok(std::uint64_t id);

/// `window`: for so long keys are known there; nothing: the publication has none.
std::string write_published(std::uint64_t id, const position& at,
                            std::optional<std::chrono::milliseconds> window = {});

struct past_item {
  std::uint64_t offset = 0;
  content data;
};
/// `more`: there are more, for which there is no room.
std::string write_history(std::uint64_t id, const position& newest,
                          const std::vector<past_item>& items, bool more = false);

/// The server ended a subscription. `code`: 2500-2599: subscribe again; 2600-2699: do not.
inline constexpr unsigned ended_for_good = 2600;
inline constexpr std::string_view ended_by_application = "ended by the application";
std::string write_unsubscribed(std::string_view topic, unsigned code, std::string_view reason);

std::string write_bye(std::chrono::milliseconds earliest, std::chrono::milliseconds latest);

/// What `connection::send` sends: `msg`, `s` or `b`.
std::string write_message(message_kind kind, std::string_view payload);

inline constexpr std::string_view ping_text = "{}";
/// @}

/// The beginning of a publication's text, up to where its offset stands: `{"t":"news","o":`.
std::string write_publication_start(std::string_view topic);

/// A publication's text, read again.
///
/// Requires: the text is `write_publication_start`, an offset and `write_content`.
struct publication {
  std::uint64_t offset = 0;
  content data;
};
publication read_publication(std::string_view text);

}  // namespace broadcast_hub::protocol
