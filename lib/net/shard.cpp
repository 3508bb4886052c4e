#include "net/shard.hpp"

#include "base/reserve.hpp"
#include "net/socket_io.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <new>

namespace broadcast_hub::net {

shard::shard(std::uint16_t index, const shard_environment& environment)
    : index_(index),
      environment_(environment),
      context_(environment.options),
      wheel_(clock::now()),
      topics_(environment.topics, index),
      table_(index, environment.serials),
      scratch_(new char[scratch_bytes]),
      alarm_(loop_.context()) {
  context_.http_date = environment.http_date;
}

shard::~shard() = default;

void shard::wake() noexcept {
  if (loop_.on_this_thread()) {
    request_turn_end();
  } else if (!wake_posted_.exchange(true, std::memory_order_acq_rel)) {
    loop_.post(call<&shard::on_wake, &shard::wake_memory_>{*this});
  }
}

void shard::on_wake() {
  // Sees what those published who found it set, as they published before.
  wake_posted_.exchange(false, std::memory_order_acq_rel);
  request_turn_end();
}

void shard::request_stop(time_point deadline) noexcept {
  const time_point::rep wanted = deadline.time_since_epoch().count();
  time_point::rep earliest = stop_requested_.load();
  while (wanted < earliest && !stop_requested_.compare_exchange_weak(earliest, wanted)) {
  }
  wake();
}

void shard::look_for_stop() noexcept {
  constexpr time_point::rep none = time_point::max().time_since_epoch().count();
  if (stop_requested_.load(std::memory_order_relaxed) == none)
    return;
  // A turn later, because what was posted before may be behind this one.
  if (!std::exchange(stop_seen_, true))
    return request_turn_end();
  stop_seen_ = false;
  stop(time_point(time_point::duration(stop_requested_.exchange(none))));
}

void shard::adopt(tcp_socket socket, const asio::ip::tcp::endpoint& remote,
                  std::uint16_t listener) {
  if (stopping_at_)
    return;
  expect_connection();
  connection& peer = table_.add([&](connection_id id) {
    return std::make_unique<connection>(*this, std::move(socket), remote, id, listener);
  });
  counters_.sockets_open.add();
  environment_.events.on_accept(peer);
  reschedule(peer);
  contained(peer, [&] { peer.start(); });
}

void shard::expect_connection() {
  for (std::vector<connection_id>* const each : {&waiting_, &flushing_, &retired_, &buried_})
    make_room(*each, table_.size() + 1);
}

void shard::add_timer(std::shared_ptr<timer::state> handle, time_point due, duration period,
                      std::function<void()> work) {
  if (stopping_at_)
    return;
  timers_.add(std::move(handle), due, period, std::move(work));
  arm_timer();
}

void shard::reschedule(connection& peer) noexcept {
  const time_point deadline = peer.session().deadline();
  if (deadline == time_point::max()) {
    wheel_.drop(peer);
  } else if (!peer.scheduled() || peer.deadline != deadline) {
    wheel_.schedule(peer, deadline);
    arm_timer();
  }
}

void shard::arm_timer() noexcept {
  time_point due = time_point::max();
  if (!wheel_.empty())
    due = wheel_.next_due();
  if (const auto timer = timers_.next_due())
    due = std::min(due, *timer);
  if (stopping_at_)
    due = std::min(due, *stopping_at_);
  due = std::min(due, patrol_at_);
  if (due >= alarm_at_)
    return;
  // What is due already, as where nobody was for a while, is not late yet.
  due = std::max(due, clock::now());
  if (due >= alarm_at_)
    return;
  try {
    alarm_.expires_at(due);
    alarm_at_ = time_point::max();
    alarm_.async_wait([this](const std::error_code& error) {
      if (!error)
        on_timer();
    });
    alarm_at_ = due;
  } catch (const std::exception&) {
    alarm_failed_ = true;  // the next turn tries again
    request_turn_end();
  }
}

void shard::on_timer() {
  const time_point now = clock::now();
  look_for_pause(now);
  alarm_at_ = time_point::max();
  if (stopped_)
    return;
  wheel_.advance(now, [&](timer_wheel::node& due) {
    auto& peer = static_cast<connection&>(due);
    contained(peer, [&] { peer.on_deadline(now); });
  });
  timers_.advance(now, [this] { environment_.events.on_timer_failure(); });
  if (now >= patrol_at_)
    patrol(now);
  if (stopping_at_ && now >= *stopping_at_) {
    stopping_at_ = time_point::max();
    for (std::size_t i = 0; i < table_.slots(); ++i) {
      if (connection* peer = table_.in_slot(i))
        contained(*peer, [&] { peer->end_by_deadline(); });
    }
  }
  arm_timer();
}

void shard::flush_later(connection& peer) noexcept {
  if (!peer.flush_requested) {
    peer.flush_requested = true;
    waiting_.push_back(peer.id());
  }
  request_turn_end();
}

void shard::retire(connection& peer) noexcept {
  retired_.push_back(peer.id());
  request_turn_end();
}

void shard::dispatch(std::uint32_t slot, std::uint32_t serial,
                     void (connection::*event)()) noexcept {
  if (connection* peer = table_.find(slot, serial))
    contained(*peer, [&] { (peer->*event)(); });
}

void shard::request_turn_end() noexcept {
  if (std::exchange(turn_end_requested_, true))
    return;
  // Behind everything that is ready now, so that all of it leaves together.
  loop_.post(call<&shard::end_turn, &shard::turn_end_memory_>{*this});
}

void shard::end_turn() {
  turn_end_requested_ = false;
  look_for_stop();
  flush_waiting();
  try {
    walk();
  } catch (const std::bad_alloc&) {
    environment_.log.log(log_level::error, "out of memory; what was published waits");
    watch_blocked();  // a patrol ends a turn, too
  }
  report();
  reap();
  if (std::exchange(alarm_failed_, false))
    arm_timer();
}

void shard::flush_waiting() noexcept {
  if (flushed_ == flushing_.size()) {
    flushing_.clear();
    flushed_ = 0;
    flushing_.swap(waiting_);
  }
  const std::size_t end = std::min(flushing_.size(), flushed_ + slice);
  while (flushed_ < end) {
    connection* peer = table_.find(flushing_[flushed_++]);
    if (peer == nullptr)
      continue;
    peer->flush_requested = false;
    contained(*peer, [&] { peer->flush_with_news(); });
  }
  if (flushed_ < flushing_.size() || !waiting_.empty())
    request_turn_end();
}

void shard::walk() {
  if (!topics_.begin_walk())
    return;
  const time_point now = clock::now();
  for (std::size_t served = 0; served < slice;) {
    const topic::reader::visit next = topics_.next();
    if (next.what == topic::reader::visit::kind::over) {
      if (topics_.end_walk(now))
        patrol(now);
      // What was published meanwhile did not wake us.
      if (topics_.begin_walk())
        request_turn_end();
      return;
    }
    served += visit(next, now);
  }
  request_turn_end();
}

/// Returns how many topics it was about, or one: so much of a slice is used.
std::size_t shard::visit(const topic::reader::visit& next, time_point now) noexcept {
  if (next.what == topic::reader::visit::kind::own) {
    connection& peer = table_.at(next.slot);
    std::size_t topics = 1;
    contained(peer, [&] { topics = std::max(topics, peer.on_walk(now)); });
    return topics;
  }
  const send_result result = send_some(next.handle, topics_.common_bytes());
  counters_.send_calls.add();
  counters_.bytes_sent.add(result.sent);
  if (result.sent == topics_.common_size()) {
    topics_.count_common_delivery();
    return 1;
  }
  connection& peer = table_.at(next.slot);
  contained(peer, [&] { peer.on_partial_walk(result.sent, result.failed); });
  return 1;
}

void shard::watch_blocked() noexcept {
  if (patrol_at_ != time_point::max())
    return;
  patrol_at_ = clock::now() + patrol_period;
  arm_timer();
}

void shard::look_for_pause(time_point now) noexcept {
  // While somebody is blocked the alarm is set, because patrols are due.
  if (alarm_at_ == time_point::max())
    return;
  const time_point began = std::max(alarm_at_, excused_to_);
  if (now - began < patrol_period)
    return;
  topics_.excuse_pause(began, now);
  excused_to_ = now;
}

void shard::patrol(time_point now) noexcept {
  look_for_pause(now);
  bool any_blocked = false;
  const auto look = [&](std::uint32_t slot) {
    connection& peer = table_.at(slot);
    contained(peer, [&] { peer.patrol(now); });
    any_blocked = any_blocked || peer.session().out().blocked();
  };
  topics_.patrol(std::ref(look));
  patrol_at_ = any_blocked ? now + patrol_period : time_point::max();
  request_turn_end();
}

void shard::report() noexcept {
  // The application may publish, subscribe and close meanwhile.
  for (const topic::slow_report& slow : topics_.take_slow_reports()) {
    connection* const peer = table_.in_slot(slow.slot);
    if (peer != nullptr && peer->session().was_opened())
      environment_.events.on_slow(*peer, slow.from->name(), slow.lag);
  }
  for (const auto& drained : topics_.take_drained_topics())
    environment_.events.on_drain(*this, drained->name());
}

void shard::reap() noexcept {
  while (!retired_.empty()) {
    buried_.clear();
    buried_.swap(retired_);
    for (const connection_id id : buried_)
      bury(id);
  }
  if (stopping_at_ && table_.size() == 0 && !stopped_)
    finish_stop();
}

void shard::bury(connection_id id) noexcept {
  connection& peer = table_.at(id.slot);
  session::session& session = peer.session();
  switch (session.ended_by()) {
    case session::session::cause::none:
      break;
    case session::session::cause::bad_request:
      counters_.bad_requests.add();
      break;
    case session::session::cause::handshake_timeout:
      counters_.handshake_timeouts.add();
      break;
    case session::session::cause::idle:
      counters_.idle_timeouts.add();
      break;
    case session::session::cause::slow_consumer:
      counters_.slow_consumers.add();
      break;
    case session::session::cause::protocol_error:
      counters_.protocol_errors.add();
      break;
    case session::session::cause::overload:
      counters_.overloads.add();
      break;
  }
  counters_.sockets_open.subtract();
  if (session.was_opened()) {
    counters_.connections_open.subtract();
    counters_.connections_closed.add();
  }
  if (peer.announced()) {
    environment_.events.on_close(peer, session.ending());
  } else {
    environment_.events.on_unopened_end(peer);
  }
  table_.remove(id);
}

void shard::stop(time_point deadline) noexcept {
  if (stopping_at_) {
    stopping_at_ = std::min(*stopping_at_, deadline);
    arm_timer();
    return;
  }
  stopping_at_ = deadline;
  environment_.events.on_stopping(*this);
  timers_.clear();
  arm_timer();
  request_turn_end();
  for (std::size_t i = 0; i < table_.slots(); ++i) {
    if (connection* peer = table_.in_slot(i))
      contained(*peer, [&] { peer->on_shard_stopping(); });
  }
}

void shard::finish_stop() noexcept {
  stopped_ = true;  // so the alarm does nothing when it comes
  environment_.events.on_stopped(*this);
}

}  // namespace broadcast_hub::net
