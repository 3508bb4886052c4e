#pragma once

#include "protocol/json.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace broadcast_hub::benchmark {

/// Clients join a topic and are told who else does, all by the same frames, of which each gets all
/// from its first on. Nobody leaves. A frame that several clients get is read once.
class presence_check {
 public:
  presence_check(std::string topic, std::size_t clients)
      : topic_(std::move(topic)), next_(clients, 0) {}

  /// The next frame about presence of a client; returns what is wrong with it, in words, or
  /// nothing.
  std::string take(std::size_t client, std::string_view frame);

  /// Clients that know of all.
  std::size_t complete() const noexcept { return complete_; }

  /// Frames with which all was told.
  std::size_t frames() const noexcept { return frames_.size(); }

 private:
  struct told {
    std::string text;
    std::size_t present;  // clients, as it says
  };

  std::string read(std::string_view frame);
  bool read_members(std::string_view frame, std::uint64_t& present, std::size_t& named);
  bool note_joined(const protocol::json_document::value& list, std::size_t& named);
  std::size_t place_of(std::size_t client, std::string_view frame) const;

  std::string topic_;
  std::vector<std::size_t> next_;  // for each client the frame behind the last one; 0: none yet
  std::vector<told> frames_;
  std::unordered_set<std::string> users_;
  std::size_t complete_ = 0;
  protocol::json_document document_;
};

}  // namespace broadcast_hub::benchmark
