#pragma once

#include "hub/deflater_pool.hpp"
#include "topic/encoded.hpp"

#include <broadcast_hub/message.hpp>
#include <broadcast_hub/options.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace broadcast_hub {

/// What one publication looks like in each lane, made when a topic asks for it: each at most once.
/// It refers to the payload.
class encodings {
 public:
  encodings(std::string_view payload, message_kind kind,
            const std::optional<topic::publication_key>& key,
            const compression_options& compression, deflater_pool& deflaters);
  encodings(const encodings&) = delete;
  encodings& operator=(const encodings&) = delete;

  /// Valid until the next `make`.
  const topic::encoded& made() const noexcept { return made_; }

  /// Requires: the payload is UTF-8 if it is text.
  void make(const topic::lane_set& wanted);

  /// Something of it is compressed.
  bool compressed() const noexcept;

  /// It was put into JSON.
  bool numbered() const noexcept { return made_.made.test(index_of(topic::lane_kind::numbered)); }

 private:
  void deflate();
  void number();
  void deflate_numbered();

  std::string_view payload_;
  message_kind kind_;
  bool worth_deflating_;
  std::array<char, 10> header_;
  std::string rewritten_;  // the payload inside JSON, where it is not JSON itself
  topic::encoded made_;
  deflater_pool::loan deflater_;
  deflater_pool::loan numbered_deflater_;
};

/// How many publications were encoded, and how. Thread safety: any thread.
struct encodings_made {
  std::atomic<std::uint64_t> compressed{0};
  std::atomic<std::uint64_t> numbered{0};

  void count(const encodings& one) noexcept {
    if (one.compressed())
      compressed.fetch_add(1, std::memory_order_relaxed);
    if (one.numbered())
      numbered.fetch_add(1, std::memory_order_relaxed);
  }
};

}  // namespace broadcast_hub
