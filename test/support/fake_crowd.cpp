#include "support/fake_crowd.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <random>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace broadcast_hub::test {

fake_crowd::fake_crowd(topic_shard& shard, std::size_t count) : shard_(shard), connections_(count) {
  std::uint32_t slot = 0;
  for (session::outbox& each : connections_)
    each.join_topics(shard.reader, slot++, topic::lane_kind::raw);
}

void fake_crowd::subscribe(std::string_view name) {
  std::vector<std::uint32_t> order(connections_.size());
  std::iota(order.begin(), order.end(), 0U);
  subscribe(name, order);
}

void fake_crowd::subscribe_mixed(std::string_view name) {
  std::vector<std::uint32_t> order(connections_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::shuffle(order.begin(), order.end(), std::mt19937(1));
  subscribe(name, order);
}

void fake_crowd::subscribe(std::string_view name, std::span<const std::uint32_t> order) {
  for (const std::uint32_t slot : order) {
    if (const std::error_code error = connections_[slot].subscribe(name))
      throw std::system_error(error);
    connections_[slot].rest(static_cast<int>(slot));
  }
}

std::size_t fake_crowd::walk() {
  if (shard_.walk([this](const topic::reader::visit& next) { visit(next); }))
    patrol();
  return shard_.reader.take_slow_reports().size() + shard_.reader.take_drained_topics().size();
}

void fake_crowd::write_all() {
  for (std::uint32_t slot = 0; slot < connections_.size(); ++slot) {
    if (connections_[slot].blocked()) {
      connections_[slot].unblock();
      flush(slot);
    }
  }
}

void fake_crowd::patrol() {
  const auto look = [this](std::uint32_t slot) { enforce_policies(connections_[slot]); };
  shard_.reader.patrol(std::ref(look));
}

void fake_crowd::visit(const topic::reader::visit& next) {
  using kind = topic::reader::visit::kind;
  const std::size_t sent = next.what == kind::common ? send(shard_.reader.common_bytes()) : 0;
  if (next.what == kind::common && sent == shard_.reader.common_size())
    return shard_.reader.count_common_delivery();
  session::outbox& out = connections_[next.slot];
  out.offer_walk();
  if (next.what == kind::own)
    return out.blocked() ? enforce_policies(out) : flush(next.slot);
  out.advance(sent);
  out.block();
}

void fake_crowd::flush(std::uint32_t slot) {
  session::outbox& out = connections_[slot];
  std::array<iovec, 64> pieces;
  for (;;) {
    const std::span<const iovec> waiting(pieces.data(), out.gather(pieces));
    if (waiting.empty())
      break;
    const std::size_t sent = send(waiting);
    out.advance(sent);
    if (sent < size_of(waiting))
      return out.block();
  }
  out.rest(static_cast<int>(slot));
}

std::size_t fake_crowd::send(std::span<const iovec> bytes) noexcept {
  const std::size_t sent = std::min(size_of(bytes), room_);
  taken_ += sent;
  return sent;
}

std::size_t fake_crowd::size_of(std::span<const iovec> bytes) noexcept {
  std::size_t size = 0;
  for (const iovec& piece : bytes)
    size += piece.iov_len;
  return size;
}

void fake_crowd::enforce_policies(session::outbox& out) {
  if (out.enforce_policies(shard_.now))
    throw std::logic_error("nobody is to be disconnected here");
}

}  // namespace broadcast_hub::test
