#include "session/outbox.hpp"

#include "base/reserve.hpp"
#include "topic/name.hpp"
#include "wire/frame_encoder.hpp"

#include <broadcast_hub/error.hpp>

#include <algorithm>
#include <utility>

namespace broadcast_hub::session {

void outbox::push(kind what, shared_bytes bytes) {
  if (topics_ != nullptr && !blocked_)
    move_published_here();
  append(what, std::move(bytes));
}

// Not all that is sent again: nobody would watch how long it stays here.
void outbox::move_published_here() {
  if (blocked_ || subscriber_.catches_up())
    return move_partial_publication_here();
  topics_->offer_all(subscriber_);
  move_publications_here();
}

void outbox::push_reply(shared_bytes frame) {
  append(kind::direct, std::move(frame));
}

void outbox::push_ahead(std::string frame) {
  leave_handle();
  make_room(chunks_, 2);  // a frame may have to be cut off
  const auto place = behind_partial_frame();
  const auto waiting_end = std::find_if(
      place, chunks_.end(), [](const chunk& waiting) { return waiting.what != kind::control; });
  auto newest = waiting_end;  // of the same kind
  std::size_t waiting = 0;
  for (auto each = place; each != waiting_end; ++each) {
    if (each->data[0] != frame[0])
      continue;
    newest = each;
    ++waiting;
  }
  const bool may_wait = !blocked_ && wire::is_pong(frame) && waiting < most_pongs;
  shared_bytes bytes = share(std::move(frame));
  chunk control{bytes, bytes->data(), bytes->size(), kind::control};
  if (waiting == 0 || may_wait) {
    chunks_.insert(waiting_end, std::move(control));
  } else {
    *newest = std::move(control);
  }
}

void outbox::finish_with(shared_bytes close_frame) {
  if (topics_ != nullptr) {
    topics_->offer_all(subscriber_);
    move_publications_here();
    make_room(chunks_);  // behind this point nothing fails
    leave_topics();
  }
  push(kind::control, std::move(close_frame));
}

void outbox::finish_within(std::size_t max_moved_bytes, shared_bytes close_frame) {
  if (topics_ != nullptr) {
    topics_->offer_all(subscriber_);
    if (publication_bytes_ + subscriber_.pending_bytes() > topics_->lag_allowed_of(max_moved_bytes))
      return cut_short_with(std::move(close_frame));
  }
  finish_with(std::move(close_frame));
}

void outbox::cut_short_with(shared_bytes close_frame) {
  make_room(chunks_, 2);  // a frame may have to be cut off
  move_partial_publication_here();
  leave_topics();
  const auto place = behind_partial_frame();
  for (auto dropped = place; dropped != chunks_.end(); ++dropped) {
    if (dropped->what == kind::direct)
      forget_direct(dropped->size, 1);
    if (dropped->what == kind::publications) {
      publication_bytes_ -= dropped->size;
      count_dropped(*dropped);
    }
  }
  chunks_.erase(place, chunks_.end());
  holds_logs_ = true;  // or a copy of which one frame is left
  let_go_of_logs();
  push(kind::control, std::move(close_frame));
}

// A frame may stand in a large segment that everybody else has read.
void outbox::let_go_of_logs() {
  if (!holds_logs_)
    return;
  for (auto kept = front(); kept != chunks_.end(); ++kept) {
    if (kept->what == kind::publications)
      own_bytes(*kept);
  }
  holds_logs_ = false;
}

void outbox::own_bytes(chunk& piece) {
  auto copy = std::make_shared<const std::string>(piece.data, piece.size);
  piece.data = copy->data();
  piece.owner = std::move(copy);
}

void outbox::drop_all() {
  leave_topics();
  for (auto dropped = front(); dropped != chunks_.end(); ++dropped) {
    if (dropped->what == kind::publications)
      count_dropped(*dropped);
  }
  chunks_ = queue();
  first_ = 0;
  sent_of_first_ = direct_bytes_ = publication_bytes_ = 0;
  direct_frames_ = 0;
  holds_logs_ = false;
}

void outbox::join_topics(topic::reader& topics, std::uint32_t slot, topic::lane_kind lane) {
  topics_ = &topics;
  subscriber_.slot = slot;
  subscriber_.lane = lane;
}

std::error_code outbox::subscribe(std::string_view name) {
  return topics_->subscribe(subscriber_, name);
}

std::error_code outbox::unsubscribe(std::string_view name) {
  if (!subscribed_as(name))
    return errc::not_subscribed;
  move_published_here();
  return topics_->unsubscribe(subscriber_, name);
}

topic::standing outbox::place_of(std::string_view name) {
  move_partial_publication_here();
  return topics_->place_of(subscriber_, name);
}

topic::reader::newest_ones outbox::newest_of(std::string_view pattern,
                                             topic::reader::newest_limits most, time_point now) {
  move_partial_publication_here();
  return topics_->newest_of(subscriber_, pattern, most, now);
}

std::vector<std::string> outbox::subscriptions() const {
  std::vector<std::string> names;
  for (const topic::subscriber::membership& each : subscriber_.memberships)
    names.emplace_back(topic::name_of(*each.list));
  return names;
}

bool outbox::subscribed_to(std::string_view topic) const noexcept {
  return std::any_of(subscriber_.memberships.begin(), subscriber_.memberships.end(),
                     [&](const topic::subscriber::membership& each) {
                       return topic::matches(topic::name_of(*each.list), topic);
                     });
}

bool outbox::enforce_policies(time_point now) {
  if (topics_ == nullptr || !blocked_)
    return false;
  const topic::reader::verdict verdict = topics_->judge(subscriber_, now);
  if (verdict == topic::reader::verdict::disconnect)
    return true;
  if (verdict == topic::reader::verdict::skip) {
    if (subscriber_.mid_unit()) {
      move_partial_publication_here();
      own_bytes(*front());
    }
    topics_->skip(subscriber_, now);
  }
  subscriber_.note_lag();
  topics_->park(subscriber_);
  return false;
}

bool outbox::patrol(time_point now, std::size_t max_moved_bytes) {
  if (enforce_policies(now) || (blocked_ && publication_bytes_ > max_moved_bytes))
    return true;
  if (blocked_)
    let_go_of_logs();
  return false;
}

void outbox::rest(int handle) {
  if (topics_ == nullptr)
    return;
  topics_->settle(subscriber_);
  if (queue_empty() && !blocked_ && !subscriber_.behind)
    topics_->set_handle(subscriber_, handle);
}

void outbox::leave_handle() noexcept {
  if (topics_ != nullptr)
    topics_->set_handle(subscriber_, topic::reader::no_handle);
}

void outbox::leave_topics() noexcept {
  if (topics_ != nullptr)
    topics_->leave(subscriber_);
}

std::uint64_t outbox::pending_publications() const noexcept {
  std::uint64_t sum = subscriber_.pending_units();
  for (std::size_t i = first_; i < chunks_.size(); ++i) {
    if (chunks_[i].what == kind::publications)
      sum += frames_in(chunks_[i]);
  }
  return sum;
}

std::size_t outbox::gather(std::span<iovec> out) const {
  std::size_t used = 0;
  const bool partial_first = subscriber_.mid_unit() && !queue_empty();
  if (partial_first)
    used += subscriber_.gather(out, topic::subscriber::scope::partial_unit);
  std::size_t skip = sent_of_first_;
  for (std::size_t i = first_; i < chunks_.size(); ++i, skip = 0) {
    if (used == out.size())
      return used;
    // iovec has no const; nothing writes through it.
    out[used++] = {const_cast<char*>(chunks_[i].data + skip), chunks_[i].size - skip};
  }
  using scope = topic::subscriber::scope;
  used += subscriber_.gather(out.subspan(used),
                             partial_first ? scope::behind_partial_unit : scope::everything);
  return used;
}

void outbox::advance(std::size_t sent) {
  if (subscriber_.mid_unit() && !queue_empty()) {
    const std::size_t rest = subscriber_.partial_unit().size - subscriber_.sent_of_unit();
    const std::size_t now = std::min(rest, sent);
    count_delivered(subscriber_.advance(now));
    sent -= now;
  }
  while (sent > 0 && !queue_empty()) {
    const chunk& first = *front();
    const std::size_t now = std::min(first.size - sent_of_first_, sent);
    sent_of_first_ += now;
    sent -= now;
    if (first.what == kind::direct)
      forget_direct(now, sent_of_first_ == first.size ? 1 : 0);
    if (first.what == kind::publications) {
      publication_bytes_ -= now;
      count_delivered(cut_off_sent_frames());
    }
    if (sent_of_first_ < first.size)
      break;
    pop_front();
  }
  if (sent > 0)
    count_delivered(subscriber_.advance(sent));
}

void outbox::unblock() noexcept {
  blocked_ = false;
  if (topics_ != nullptr)
    topics_->unpark(subscriber_);
}

void outbox::block() {
  blocked_ = true;
  leave_handle();
  subscriber_.note_lag();
}

outbox::queue::iterator outbox::behind_partial_frame() {
  auto place = front();
  // The answer to the handshake is always first.
  while (place != chunks_.end() && place->what == kind::bytes)
    ++place;
  if (place != front() || sent_of_first_ == 0)
    return place;
  const std::size_t boundary = wire::frame_size(place->data);
  if (boundary < place->size) {
    chunk rest = *place;
    rest.data += boundary;
    rest.size -= boundary;
    place->size = boundary;
    place = std::prev(chunks_.insert(std::next(place), std::move(rest)));
  }
  return std::next(place);
}

void outbox::append(kind what, shared_bytes bytes) {
  const char* data = bytes->data();
  const std::size_t size = bytes->size();
  append({std::move(bytes), data, size, what});
}

void outbox::append(chunk piece) {
  leave_handle();
  make_room(chunks_);
  if (piece.what == kind::direct) {
    direct_bytes_ += piece.size;
    ++direct_frames_;
  }
  if (piece.what == kind::publications)
    publication_bytes_ += piece.size;
  holds_logs_ = holds_logs_ || piece.what == kind::publications;
  chunks_.push_back(std::move(piece));
}

void outbox::forget_direct(std::size_t bytes, std::uint32_t frames) noexcept {
  direct_bytes_ -= bytes;
  direct_frames_ -= frames;
}

void outbox::move_publications_here() {
  move_partial_publication_here();
  std::vector<topic::log_piece> pieces = subscriber_.pieces();
  make_room(chunks_, pieces.size());
  subscriber_.pass_pieces();
  for (topic::log_piece& piece : pieces)
    append({std::move(piece.owner), piece.data, piece.size, kind::publications});
}

void outbox::move_partial_publication_here() {
  if (!subscriber_.mid_unit())
    return;
  make_room(chunks_);
  topic::log_piece unit = subscriber_.partial_unit();
  const std::size_t size = unit.size;
  sent_of_first_ = subscriber_.sent_of_unit();
  publication_bytes_ += size - sent_of_first_;
  holds_logs_ = true;
  chunks_.insert(front(), {std::move(unit.owner), unit.data, size, kind::publications});
  subscriber_.pass_partial_unit();
}

std::uint64_t outbox::frames_in(const chunk& piece) noexcept {
  std::uint64_t frames = 0;
  for (std::size_t at = 0; at < piece.size; at += wire::frame_size(piece.data + at))
    ++frames;
  return frames;
}

void outbox::count_delivered(std::uint64_t publications) noexcept {
  if (publications > 0)
    topics_->count().delivered.add(publications);
}

void outbox::count_dropped(const chunk& piece) noexcept {
  topics_->count().dropped_at_end.add(frames_in(piece));
}

std::size_t outbox::cut_off_sent_frames() noexcept {
  chunk& first = *front();
  std::size_t frames = 0;
  while (first.size > 0) {
    const std::size_t size = wire::frame_size(first.data);
    if (size > sent_of_first_)
      break;
    first.data += size;
    first.size -= size;
    sent_of_first_ -= size;
    ++frames;
  }
  return frames;
}

void outbox::pop_front() {
  front()->owner.reset();
  ++first_;
  sent_of_first_ = 0;
  if (queue_empty()) {
    // An idle connection holds no queue at all. (`{}` would be a list of no elements, and keep it.)
    chunks_ = queue();
    first_ = 0;
    holds_logs_ = false;
  } else if (first_ >= 64 && first_ * 2 >= chunks_.size()) {
    chunks_.erase(chunks_.begin(), front());
    first_ = 0;
  }
}

}  // namespace broadcast_hub::session
