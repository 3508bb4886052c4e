#include "topic/topic.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub::topic {

topic::topic(std::string name, const topic_options& options, std::uint64_t epoch,
             std::uint64_t offset, const topic_environment& environment)
    : name_(std::move(name)),
      options_(options),
      epoch_(epoch),
      first_offset_(offset),
      environment_(environment),
      lanes_{lane(environment.readers, environment.budget),
             lane(environment.readers, environment.budget)},
      offset_(offset) {
  if (!has_history())
    return;
  history_ = std::make_unique<history>(options.history);
  lanes_[0].keep(offset);
}

topic::append_result topic::append(const encoded& publication, time_point now) {
  append_result result;
  const lock_guard lock(mutex_);
  result.what = refusal(publication);
  result.lag_bytes = largest_lag();
  if (result.what == outcome::overloaded || result.lag_bytes >= options_.max_lag_bytes / 2)
    congested_ = true;
  if (result.what != outcome::appended)
    return result;
  prepare(publication, now);
  used_ = true;
  result.offset = ++offset_;
  result.subscribers = subscribers();
  for (const lane_kind kind : {lane_kind::raw, lane_kind::deflated}) {
    if (!at(kind).in_use())
      continue;
    const auto [header, payload] = unit_for(kind, publication);
    at(kind).append(header, payload);
    wake_readers(kind, result.wake);
  }
  if (history_)
    history_->trim(at(lane_kind::raw).position(), now);
  return result;
}

// What may fail for want of memory, before anything has changed.
void topic::prepare(const encoded& publication, time_point now) {
  for (const lane_kind kind : {lane_kind::raw, lane_kind::deflated}) {
    lane& one = at(kind);
    if (!one.in_use())
      continue;
    const std::uint64_t kept =
        kind == lane_kind::raw && history_ ? history_->bytes(one.position()) : 0;
    const auto [header, payload] = unit_for(kind, publication);
    one.make_room(header.size() + payload.size(), offset_, std::max(kept, one.largest_lag()));
  }
  if (history_)
    history_->add(at(lane_kind::raw).position(), at(lane_kind::raw).last(), now);
}

topic::outcome topic::refusal(const encoded& publication) {
  if (retired_)
    return outcome::retired;
  const std::size_t size = publication.header.size() + publication.payload.size();
  if (size > options_.max_lag_bytes || !environment_.budget.could_hold(segment::overhead + size))
    return outcome::too_big;
  for (const lane& each : lanes_) {
    if (!each.in_use())
      continue;
    if (each.backlog() + size > environment_.max_backlog_bytes || !each.fits(size))
      return outcome::overloaded;
  }
  // Last, so that nobody compresses what is refused anyway.
  const bool wants_deflated = at(lane_kind::deflated).in_use() && !publication.deflate_tried;
  return wants_deflated ? outcome::needs_deflated : outcome::appended;
}

topic::unit topic::unit_for(lane_kind kind, const encoded& publication) noexcept {
  if (kind == lane_kind::deflated && !publication.deflated.empty())
    return {publication.deflated, {}};
  return {publication.header, publication.payload};
}

void topic::wake_readers(lane_kind kind, reader_set& woken) {
  std::vector<lane::reader_state>& readers = at(kind).readers();
  for (std::size_t i = 0; i < readers.size(); ++i) {
    if (!readers[i].attached || std::exchange(readers[i].woken, true))
      continue;
    if (environment_.inboxes[i].put(at(kind).notice_for(i), shared_from_this(), kind))
      woken.set(i);
  }
}

std::uint64_t topic::largest_lag() const {
  return std::max(at(lane_kind::raw).largest_lag(), at(lane_kind::deflated).largest_lag());
}

bool topic::attach(lane_kind kind, std::size_t reader) {
  const lock_guard lock(mutex_);
  if (retired_)
    return false;
  at(kind).attach(reader, offset_);
  return true;
}

void topic::introduce(lane_kind kind, std::size_t reader, std::size_t subscribers) noexcept {
  const lock_guard lock(mutex_);
  at(kind).reader(reader).presumed += subscribers;
  subscribers_ += subscribers;
  environment_.inboxes[reader].put_quietly(at(kind).notice_for(reader), shared_from_this(), kind);
}

lane::claimed topic::claim(lane_kind kind, std::size_t reader) {
  const lock_guard lock(mutex_);
  return at(kind).claim(reader);
}

bool topic::attached(lane_kind kind, std::size_t reader) const {
  const lock_guard lock(mutex_);
  return at(kind).attached(reader);
}

void topic::detach(lane_kind kind, std::size_t reader) {
  const lock_guard lock(mutex_);
  subscribers_ -= at(kind).claim(reader).presumed;
  at(kind).detach(reader);
  used_ = true;
}

lane_end topic::end(lane_kind kind) const {
  const lock_guard lock(mutex_);
  return at(kind).end(offset_);
}

lane_end topic::begin_reading(lane_kind kind, std::size_t reader) {
  const lock_guard lock(mutex_);
  at(kind).reader(reader).woken = false;
  return at(kind).end(offset_);
}

bool topic::finish_reading(lane_kind kind, std::size_t reader, std::uint64_t read_to,
                           std::uint64_t lag) {
  const lock_guard lock(mutex_);
  lane::reader_state& state = at(kind).reader(reader);
  if (state.attached) {
    state.read_to = read_to;
    state.lag = lag;
  }
  return drain();
}

bool topic::drain() {
  if (!congested_ || largest_lag() > options_.max_lag_bytes / 4 || environment_.budget.tight())
    return false;
  congested_ = false;
  return true;
}

topic::past topic::read_history(std::uint64_t since, std::size_t limit, time_point now) {
  const lock_guard lock(mutex_);
  past result;
  result.newest = offset_;
  std::size_t kept = 0;
  if (history_) {
    history_->trim(at(lane_kind::raw).position(), now);
    kept = history_->size();
    result.units = history_->read(since, limit, offset_, measure());
  }
  result.complete = since <= offset_ && offset_ - since <= kept;
  return result;
}

std::uint64_t topic::offset() const {
  const lock_guard lock(mutex_);
  return offset_;
}

void topic::note_congestion() noexcept {
  const lock_guard lock(mutex_);
  congested_ = true;
}

topic::swept topic::sweep(time_point now, duration linger) {
  const lock_guard lock(mutex_);
  swept result;
  const bool tight = environment_.budget.tight();
  if (history_) {
    history_->trim(at(lane_kind::raw).position(), now);
    if (tight)
      history_->halve();
  }
  const bool keeps_history = history_ && !history_->empty();
  bool busy = keeps_history;
  for (const lane_kind kind : {lane_kind::raw, lane_kind::deflated}) {
    busy = busy || at(kind).has_readers();
    const bool kept = kind == lane_kind::raw && keeps_history;
    if (!kept && at(kind).renew(offset_, tight))
      wake_readers(kind, result.wake);
  }
  if (std::exchange(used_, busy))
    used_at_ = now;
  retired_ = !busy && now - used_at_ >= linger;
  result.retired = retired_;
  result.drained = drain();
  return result;
}

}  // namespace broadcast_hub::topic
