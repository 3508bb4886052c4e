#include "session/outbox.hpp"

#include "wire/frame_encoder.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub::session {

void outbox::push(kind what, shared_bytes bytes) {
  if (topic_ != nullptr && !blocked()) {
    move_partial_publication_here();
    move_publications_here();
  }
  const char* data = bytes->data();
  const std::size_t size = bytes->size();
  append({std::move(bytes), data, size, what});
}

void outbox::push_ahead(std::string frame) {
  const auto place = behind_partial_frame();
  const auto waiting_end = std::find_if(
      place, chunks_.end(), [](const chunk& waiting) { return waiting.what != kind::control; });
  const auto same = std::find_if(place, waiting_end,
                                 [&](const chunk& waiting) { return waiting.data[0] == frame[0]; });
  auto bytes = std::make_shared<const std::string>(std::move(frame));
  chunk control{bytes, bytes->data(), bytes->size(), kind::control};
  if (same != waiting_end) {
    *same = std::move(control);
  } else {
    chunks_.insert(place, std::move(control));
  }
}

void outbox::finish_with(shared_bytes close_frame) {
  if (topic_ != nullptr) {
    move_partial_publication_here();
    move_publications_here();
    unsubscribe();
  }
  push(kind::control, std::move(close_frame));
}

void outbox::cut_short_with(shared_bytes close_frame) {
  if (topic_ != nullptr) {
    move_partial_publication_here();
    unsubscribe();
  }
  const auto place = behind_partial_frame();
  for (auto dropped = place; dropped != chunks_.end(); ++dropped) {
    if (dropped->what == kind::direct)
      forget_direct(dropped->size, 1);
    if (dropped->what == kind::publications)
      publication_bytes_ -= dropped->size;
  }
  chunks_.erase(place, chunks_.end());
  // What is left may be a frame in a large shared segment: a slow client keeps only its own copy.
  for (auto kept = front(); kept != chunks_.end(); ++kept) {
    if (kept->what != kind::publications)
      continue;
    auto copy = std::make_shared<const std::string>(kept->data, kept->size);
    kept->data = copy->data();
    kept->owner = std::move(copy);
  }
  push(kind::control, std::move(close_frame));
}

void outbox::drop_all() {
  unsubscribe();
  chunks_ = {};
  first_ = 0;
  sent_of_first_ = direct_bytes_ = publication_bytes_ = 0;
  direct_frames_ = 0;
}

void outbox::subscribe(topic::fan_out& topic, std::uint32_t owner) {
  topic.add(cursor_, owner);
  topic_ = &topic;
}

void outbox::unsubscribe() noexcept {
  if (topic_ == nullptr)
    return;
  const bool was_blocked = blocked();
  topic_->remove(cursor_);
  topic_ = nullptr;
  cursor_.blocked = was_blocked;
}

std::uint64_t outbox::lag() const noexcept {
  std::uint64_t bytes = publication_bytes_;
  if (topic_ == nullptr)
    return bytes;
  bytes += topic_->lag(cursor_);
  if (cursor_.sent_of_unit > 0)
    bytes -= topic_->unit_at_cursor(cursor_).size;
  return bytes;
}

bool outbox::empty() const noexcept {
  return queue_empty() && (topic_ == nullptr || topic_->lag(cursor_) == 0);
}

std::size_t outbox::gather(std::span<iovec> out) const {
  std::size_t used = 0;
  std::uint64_t log_from = 0;
  std::uint64_t log_skip = 0;
  if (topic_ != nullptr) {
    log_from = topic_->cursor(cursor_);
    log_skip = cursor_.sent_of_unit;
    if (log_skip > 0 && !queue_empty()) {
      const std::uint64_t unit_end = log_from + topic_->unit_at_cursor(cursor_).size;
      used += topic_->gather(log_from, log_skip, unit_end, out);
      log_from = unit_end;
      log_skip = 0;
    }
  }
  std::size_t skip = sent_of_first_;
  for (std::size_t i = first_; i < chunks_.size(); ++i, skip = 0) {
    if (used == out.size())
      return used;
    // iovec has no const; nothing writes through it.
    out[used++] = {const_cast<char*>(chunks_[i].data + skip), chunks_[i].size - skip};
  }
  if (topic_ != nullptr) {
    used += topic_->gather(log_from, log_skip, topic_->end(), out.subspan(used));
  }
  return used;
}

outbox::progress outbox::advance(std::size_t sent) {
  progress done;
  if (topic_ != nullptr && cursor_.sent_of_unit > 0 && !queue_empty()) {
    const std::size_t rest = topic_->unit_at_cursor(cursor_).size - cursor_.sent_of_unit;
    const std::size_t now = std::min(rest, sent);
    done.publications += topic_->advance(cursor_, now);
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
      done.publications += cut_off_sent_frames();
    }
    if (sent_of_first_ < first.size)
      break;
    pop_front();
  }
  if (sent > 0 && topic_ != nullptr)
    done.publications += topic_->advance(cursor_, sent);
  return done;
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

void outbox::append(chunk piece) {
  if (piece.what == kind::direct) {
    direct_bytes_ += piece.size;
    ++direct_frames_;
  }
  if (piece.what == kind::publications)
    publication_bytes_ += piece.size;
  chunks_.push_back(std::move(piece));
}

void outbox::forget_direct(std::size_t bytes, std::uint32_t frames) noexcept {
  direct_bytes_ -= bytes;
  direct_frames_ -= frames;
}

void outbox::move_publications_here() {
  const std::uint64_t end = topic_->end();
  for (topic::log_piece& piece : topic_->pieces(cursor_, end)) {
    append({std::move(piece.owner), piece.data, piece.size, kind::publications});
  }
  topic_->set_cursor(cursor_, end);
}

void outbox::move_partial_publication_here() {
  if (cursor_.sent_of_unit == 0)
    return;
  topic::log_piece unit = topic_->unit_at_cursor(cursor_);
  const std::size_t size = unit.size;
  sent_of_first_ = cursor_.sent_of_unit;
  publication_bytes_ += size - sent_of_first_;
  chunks_.insert(front(), {std::move(unit.owner), unit.data, size, kind::publications});
  topic_->set_cursor(cursor_, topic_->cursor(cursor_) + size);
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
    // An idle connection holds no queue at all.
    chunks_ = {};
    first_ = 0;
  } else if (first_ >= 64 && first_ * 2 >= chunks_.size()) {
    chunks_.erase(chunks_.begin(), front());
    first_ = 0;
  }
}

}  // namespace broadcast_hub::session
