#pragma once

#include <broadcast_hub/message.hpp>
#include <broadcast_hub/publication.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::protocol {

/// What a client says: the text of one frame each. Texts are UTF-8. `id`: 0 wants no answer.
/// @{
struct subscribe_entry {
  std::string_view topic;
  std::optional<topic_position> since;  ///< the last publication that it has seen
  std::size_t last = 0;                 ///< past publications when those behind it are not kept
  bool presence = false;                ///< who comes and goes is wanted, too
};
std::string write_subscribe(std::uint64_t id, const std::vector<subscribe_entry>& topics);

std::string write_unsubscribe(std::uint64_t id, const std::vector<std::string_view>& topics);

/// `key`: empty: none.
std::string write_publish(std::uint64_t id, std::string_view topic, message_kind kind,
                          std::string_view payload, std::string_view key);

std::string write_presence_command(std::uint64_t id, std::string_view topic);

/// `last`: so many of the newest, whatever the others say; 0: those that the others say.
std::string write_history_command(std::uint64_t id, std::string_view topic,
                                  const std::optional<topic_position>& since, std::size_t limit,
                                  std::size_t last = 0);

/// `pong_text` answers a ping; what a client sends to the application is `write_message`.
inline constexpr std::string_view pong_text = "{}";
/// @}

}  // namespace broadcast_hub::protocol
