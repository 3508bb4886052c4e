#include "topic/topic.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub::topic {
namespace {

/// The first number from `begin` on for which something holds that holds for all behind it, too;
/// `end` if there is none before that. By halves: a client may ask for thousands of offsets.
template <typename Holds>
std::uint64_t first_that(std::uint64_t begin, std::uint64_t end, Holds holds) {
  while (begin < end) {
    const std::uint64_t middle = begin + (end - begin) / 2;
    if (holds(middle)) {
      end = middle;
    } else {
      begin = middle + 1;
    }
  }
  return begin;
}

/// How large parts of a history are at one moment: for searches under the topic's lock.
struct stored_sizes {
  const history* past;  ///< null: there is none, and nothing is asked
  std::uint64_t newest;
  std::uint64_t end;

  /// Requires: all of these are kept.
  std::uint64_t between(std::uint64_t since, std::uint64_t until) const noexcept {
    return past->position_behind(until, newest, end) - past->position_behind(since, newest, end);
  }
};

}  // namespace

topic::topic(std::string name, const topic_options& options, std::uint64_t epoch,
             std::uint64_t offset, const topic_environment& environment)
    : name_(std::move(name)),
      number_start_(environment.format.number_start == nullptr
                        ? std::string()
                        : environment.format.number_start(name_)),
      options_(options),
      epoch_(epoch),
      first_offset_(offset),
      environment_(environment),
      lanes_{lane(environment.readers, environment.budget),
             lane(environment.readers, environment.budget),
             lane(environment.readers, environment.budget),
             lane(environment.readers, environment.budget)},
      offset_(offset) {
  if (!keeps_newest())
    return;
  history_ = std::make_unique<history>(has_history() ? options.history : newest_only);
  kept().keep(offset);
}

topic::append_result topic::append(const encoded& publication, time_point now) {
  const lock_guard lock(mutex_);
  append_result result;
  if (publication.key) {
    result = known(*publication.key, now);
    if (result.what != outcome::appended)
      return result;
  }
  const unit_set units(publication, in_use(), environment_.format, number_start_, offset_ + 1);
  result.what = refusal(units);
  result.wanted = units.missing();
  result.lag_bytes = largest_lag();
  if (result.what == outcome::overloaded || result.lag_bytes >= options_.max_lag_bytes / 2)
    congested_ = true;
  if (result.what != outcome::appended)
    return result;
  prepare(units, publication.key, now);
  used_ = true;
  if (publication.key && keys_)
    result.window = keys_->lasting(*publication.key, now);
  result.offset = ++offset_;
  result.subscribers = subscribers();
  for (const lane_kind kind : all_lanes) {
    if (!units.wanted(kind))
      continue;
    at(kind).append(units.of(kind));
    wake_readers(kind, result.wake);
  }
  if (history_)
    history_->trim(kept().position(), now);
  return result;
}

lane_set topic::in_use() const {
  lane_set lanes;
  for (const lane_kind kind : all_lanes)
    lanes.set(index_of(kind), at(kind).in_use());
  return lanes;
}

topic::append_result topic::known_as(const publication_key& key, time_point now) {
  const lock_guard lock(mutex_);
  return known(key, now);
}

topic::append_result topic::known(const publication_key& key, time_point now) const {
  append_result result;
  result.what = outcome::appended;
  const auto found = keys_ ? keys_->find(key, now) : recent_keys::shelf::known();
  if (found.offset == 0)
    return result;
  result.what = found.same ? outcome::duplicate : outcome::conflict;
  result.offset = found.same ? found.offset : 0;
  result.window = keys_->lasting(key, now);
  return result;
}

// What may fail for want of memory, before anything has changed.
void topic::prepare(const unit_set& units, const std::optional<publication_key>& key,
                    time_point now) {
  for (const lane_kind kind : all_lanes) {
    if (!units.wanted(kind))
      continue;
    lane& one = at(kind);
    const bool has_past = has_history() && kind == history_lane();
    const std::uint64_t kept = has_past ? history_->bytes(one.position()) : 0;
    one.make_room(size_of(units.of(kind)), offset_, std::max(kept, one.largest_lag()));
  }
  const bool remembers = key && options_.dedup_window > duration::zero();
  if (remembers && !keys_)
    keys_ = std::make_unique<recent_keys::shelf>(environment_.keys, options_.dedup_window);
  if (history_)
    history_->make_room();
  if (remembers)
    keys_->add(*key, offset_ + 1, now);
  if (history_)
    history_->add(kept().position(), kept().last(), now);
}

bool topic::could_hold(std::size_t size) const noexcept {
  return environment_.budget.could_hold(segment::overhead + size);
}

topic::outcome topic::refusal(const unit_set& units) {
  if (retired_)
    return outcome::retired;
  // What may be published is no matter of who is subscribed.
  if (units.raw_size() > options_.max_lag_bytes || !could_hold(units.raw_size()))
    return outcome::too_big;
  // What is known without the encodings that are missing, so that nobody makes them for nothing.
  for (const lane_kind kind : all_lanes) {
    if (units.wanted(kind) && !could_hold(units.size_in(kind)))
      return outcome::too_big;
  }
  for (const lane_kind kind : all_lanes) {
    const lane& each = at(kind);
    const std::size_t size = std::max(units.size_in(kind), units.raw_size());
    if (units.wanted(kind) &&
        (each.backlog() + size > environment_.max_backlog_bytes || !each.fits(size)))
      return outcome::overloaded;
  }
  return units.missing().any() ? outcome::needs_more : outcome::appended;
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
  std::uint64_t most = 0;
  for (const lane& each : lanes_)
    most = std::max(most, each.largest_lag());
  return most;
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

std::uint64_t topic::detach(lane_kind kind, std::size_t reader) {
  const lock_guard lock(mutex_);
  const lane::claimed place = at(kind).claim(reader);
  subscribers_ -= place.presumed;
  at(kind).detach(reader);
  used_ = true;
  return place.presumed * (offset_ - place.start.offset);
}

std::uint64_t topic::replace_presumed(std::size_t presumed, std::size_t counted) noexcept {
  const lock_guard lock(mutex_);
  subscribers_ += counted - presumed;
  return offset_;
}

lane_end topic::add_subscriber(lane_kind kind) noexcept {
  const lock_guard lock(mutex_);
  ++subscribers_;
  return at(kind).end(offset_);
}

std::uint64_t topic::remove_subscriber() noexcept {
  const lock_guard lock(mutex_);
  --subscribers_;
  return offset_;
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

std::uint64_t topic::begin_of_history(time_point now) {
  if (!history_)
    return offset_;
  history_->trim(kept().position(), now);
  return offset_ - history_->size();
}

topic::past topic::read_history(std::uint64_t since, std::size_t limit, std::uint64_t most,
                                time_point now) {
  const lock_guard lock(mutex_);
  past result;
  result.newest = offset_;
  const std::uint64_t begin = begin_of_history(now);
  result.complete = begin <= since && since <= offset_;
  const std::uint64_t from = std::clamp(since, begin, offset_);
  const std::uint64_t wanted = std::min<std::uint64_t>(offset_ - from, limit);
  const stored_sizes sizes{history_.get(), offset_, at(history_lane()).position()};
  const std::uint64_t fit = first_that(
      0, wanted, [&](std::uint64_t count) { return sizes.between(from, from + count + 1) > most; });
  result.cut_off = fit < wanted;
  if (fit > 0)
    result.units = history_->read(from, fit, offset_, measure());
  return result;
}

topic::past topic::read_newest(std::size_t limit, std::uint64_t most, time_point now) {
  const lock_guard lock(mutex_);
  past result;
  const std::uint64_t end = offset_;
  result.newest = end;
  const std::uint64_t first = begin_of_history(now);
  const std::uint64_t begin = std::max(first, end - std::min<std::uint64_t>(limit, end));
  const stored_sizes sizes{history_.get(), end, at(history_lane()).position()};
  const std::uint64_t since =
      first_that(begin, end, [&](std::uint64_t each) { return sizes.between(each, end) <= most; });
  result.complete = first == 0;
  result.cut_off = since > begin;
  if (since < end)
    result.units = history_->read(since, end - since, end, measure());
  return result;
}

topic::stored topic::stored_between(std::uint64_t since, std::uint64_t until, std::uint64_t most,
                                    time_point now) {
  const lock_guard lock(mutex_);
  stored result;
  // Where nothing is asked of the past, it does not matter what is kept of it.
  const bool asked = since < until;
  result.complete = since <= offset_ && (!asked || begin_of_history(now) <= since);
  if (!result.complete || !asked)
    return result;
  const stored_sizes sizes{history_.get(), offset_, at(history_lane()).position()};
  result.too_much = sizes.between(since, until) > most;
  if (!result.too_much)
    take_stored(since, until, result);
  return result;
}

topic::stored topic::stored_before(std::uint64_t until, std::uint64_t count, std::uint64_t most,
                                   time_point now) {
  const lock_guard lock(mutex_);
  stored result;
  const std::uint64_t begin = std::max(begin_of_history(now), until - std::min(count, until));
  result.complete = begin <= until;
  const stored_sizes sizes{history_.get(), offset_, at(history_lane()).position()};
  const std::uint64_t since = first_that(
      begin, until, [&](std::uint64_t each) { return sizes.between(each, until) <= most; });
  if (since < until)
    take_stored(since, until, result);
  return result;
}

void topic::take_stored(std::uint64_t since, std::uint64_t until, stored& to) const {
  const std::uint64_t end = at(history_lane()).position();
  to.units = until - since;
  to.at = history_->place_behind(since, offset_, end);
  to.end = history_->position_behind(until, offset_, end);
}

std::uint64_t topic::offset() const {
  const lock_guard lock(mutex_);
  return offset_;
}

void topic::note_congestion() noexcept {
  const lock_guard lock(mutex_);
  congested_ = true;
}

void topic::renew(lane_kind kind, bool tight, reader_set& woken) {
  if (!at(kind).renew(offset_, tight))
    return;
  wake_readers(kind, woken);
  if (history_ && kind == history_lane())
    history_->own_newest(at(kind), offset_, environment_.budget);
}

topic::swept topic::sweep(time_point now, duration linger) {
  const lock_guard lock(mutex_);
  swept result;
  const bool tight = environment_.budget.tight();
  if (history_) {
    history_->trim(kept().position(), now);
    if (tight)
      history_->halve();
  }
  const bool keeps_history = has_history() && !history_->empty();
  const bool knows_keys = keys_ && keys_->sweep(now);
  bool busy = keeps_history || knows_keys;
  for (const lane_kind kind : all_lanes) {
    busy = busy || at(kind).has_readers();
    const bool has_past = kind == history_lane() && keeps_history;
    if (!has_past)
      renew(kind, tight, result.wake);
  }
  if (std::exchange(used_, busy))
    used_at_ = now;
  retired_ = !busy && now - used_at_ >= linger;
  result.retired = retired_;
  result.drained = drain();
  return result;
}

reader_set topic::forget_newest() {
  const lock_guard lock(mutex_);
  reader_set woken;
  if (history_ && history_->size() == 1) {
    history_->clear();
    renew(history_lane(), true, woken);
  }
  return woken;
}

}  // namespace broadcast_hub::topic
