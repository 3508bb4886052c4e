#pragma once

#include "session/outbox.hpp"
#include "support/topic_shard.hpp"

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace broadcast_hub::test {

/// Many connections of one shard, without sockets: a walk offers and sends as `net::shard` and
/// `net::connection` do, to streams of which each takes as many bytes as it is told to.
///
/// Errors: methods throw `std::system_error` and `std::logic_error` for what a hub would refuse.
class fake_crowd {
 public:
  static constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

  fake_crowd(topic_shard& shard, std::size_t count);
  fake_crowd(const fake_crowd&) = delete;
  fake_crowd& operator=(const fake_crowd&) = delete;

  /// Everybody, in the order in which they lie in memory: nobody has left yet.
  void subscribe(std::string_view name);

  /// Everybody, in an order as after much coming and going.
  void subscribe_mixed(std::string_view name);

  /// How much each send takes from now on. Less than it was given blocks the connection.
  void let_sends_take(std::size_t bytes) noexcept { room_ = bytes; }

  /// One walk over everybody. Returns how often the application would have been called.
  std::size_t walk();

  /// All streams say that they are writable.
  void write_all();

  /// So many bytes were taken.
  std::uint64_t taken() const noexcept { return taken_; }

 private:
  void subscribe(std::string_view name, std::span<const std::uint32_t> order);
  void patrol();
  void visit(const topic::reader::visit& next);
  void flush(std::uint32_t slot);
  std::size_t send(std::span<const iovec> bytes) noexcept;
  static std::size_t size_of(std::span<const iovec> bytes) noexcept;
  void enforce_policies(session::outbox& out);

  topic_shard& shard_;
  std::vector<session::outbox> connections_;
  std::size_t room_ = everything;
  std::uint64_t taken_ = 0;
};

}  // namespace broadcast_hub::test
