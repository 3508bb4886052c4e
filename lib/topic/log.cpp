#include "topic/log.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub::topic {

log::log(std::size_t readers, std::size_t max_backlog_bytes, unit_size unit_size_of)
    : max_backlog_bytes_(max_backlog_bytes),
      measure_(unit_size_of),
      last_(std::make_shared<segment>(0, first_segment_bytes)),
      readers_(readers) {}

log::append_result log::append(std::string_view header, std::string_view payload) {
  const std::size_t size = header.size() + payload.size();
  append_result result;
  const lock_guard lock(mutex_);
  const reader_summary readers = attached_readers();
  if (readers.any && end_.position + size - readers.slowest > max_backlog_bytes_)
    return result;
  // Without readers nobody would ever read it: a newcomer starts at the end.
  if (readers.any)
    make_room(size);
  result.accepted = true;
  result.subscribers = subscribers();
  result.offset = ++end_.offset;
  if (!readers.any)
    return result;

  last_->write(end_.position, header);
  last_->write(end_.position + header.size(), payload);
  end_.position += size;
  end_position_.store(end_.position, std::memory_order_release);

  for (std::size_t i = 0; i < readers_.size(); ++i) {
    reader_state& reader = readers_[i];
    if (reader.woken || reader.read_to.load(std::memory_order_relaxed) == detached)
      continue;
    reader.woken = true;
    result.wake.set(i);
  }
  return result;
}

log::reader_summary log::attached_readers() const noexcept {
  reader_summary summary;
  for (const reader_state& reader : readers_) {
    const std::uint64_t read_to = reader.read_to.load(std::memory_order_relaxed);
    if (read_to == detached)
      continue;
    summary.any = true;
    summary.slowest = std::min(summary.slowest, read_to);
  }
  return summary;
}

void log::make_room(std::size_t bytes) {
  if (last_->room(end_.position) >= bytes)
    return;
  const std::size_t grown = std::min(last_->capacity() * 2, largest_segment_bytes);
  auto next = std::make_shared<segment>(end_.position, std::max(grown, bytes));
  last_->seal(next);
  last_ = std::move(next);
}

log_end log::end() const {
  const lock_guard lock(mutex_);
  return end_;
}

log::attachment log::attach(std::size_t reader) {
  const lock_guard lock(mutex_);
  readers_[reader].read_to.store(end_.position, std::memory_order_relaxed);
  readers_[reader].woken = false;
  return {last_, end_};
}

void log::detach(std::size_t reader) {
  const lock_guard lock(mutex_);
  readers_[reader].read_to.store(detached, std::memory_order_relaxed);
}

log_end log::begin_reading(std::size_t reader) {
  const lock_guard lock(mutex_);
  readers_[reader].woken = false;
  return end_;
}

void log::finish_reading(std::size_t reader, std::uint64_t position) noexcept {
  readers_[reader].read_to.store(position, std::memory_order_relaxed);
}

}  // namespace broadcast_hub::topic
