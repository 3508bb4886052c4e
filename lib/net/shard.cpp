#include "net/shard.hpp"

#include "net/socket_io.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace broadcast_hub::net {

shard::shard(std::uint16_t index, const shard_environment& environment)
    : index_(index),
      environment_(environment),
      context_(environment.options),
      wheel_(clock::now()),
      fan_out_(environment.publications, index),
      table_(index, environment.serials),
      scratch_(new char[scratch_bytes]),
      alarm_(loop_.context()) {
  context_.http_date = environment.http_date;
}

shard::~shard() = default;

void shard::wake() {
  if (loop_.on_this_thread()) {
    request_turn_end();
  } else {
    loop_.post([this] { request_turn_end(); });
  }
}

void shard::adopt(tcp_socket socket, const asio::ip::tcp::endpoint& remote,
                  std::uint16_t listener) {
  if (stopping_at_)
    return;
  prepare(socket.native_handle());
  const connection_id id = table_.reserve();
  table_.insert(id, std::make_unique<connection>(*this, std::move(socket), remote, id, listener));
  counters_.sockets_open.add();
  connection& peer = table_.at(id.slot);
  environment_.events.on_accept(peer);
  reschedule(peer);
  peer.start();
}

void shard::add_timer(std::shared_ptr<timer::state> handle, time_point due, duration period,
                      std::function<void()> work) {
  if (stopping_at_)
    return;
  timers_.add(std::move(handle), due, period, std::move(work));
  arm_timer();
}

void shard::reschedule(connection& peer) {
  const time_point deadline = peer.session().deadline();
  if (deadline == time_point::max()) {
    wheel_.drop(peer);
  } else if (!peer.scheduled() || peer.deadline != deadline) {
    wheel_.schedule(peer, deadline);
    arm_timer();
  }
}

void shard::arm_timer() {
  time_point due = time_point::max();
  if (!wheel_.empty())
    due = wheel_.next_due();
  if (const auto timer = timers_.next_due())
    due = std::min(due, *timer);
  if (stopping_at_)
    due = std::min(due, *stopping_at_);
  if (due >= alarm_at_)
    return;
  alarm_at_ = due;
  alarm_.expires_at(due);
  alarm_.async_wait([this](const std::error_code& error) {
    if (!error)
      on_timer();
  });
}

void shard::on_timer() {
  alarm_at_ = time_point::max();
  if (stopped_)
    return;
  const time_point now = clock::now();
  wheel_.advance(now, [&](timer_wheel::node& due) {
    auto& peer = static_cast<connection&>(due);
    contained(peer, [&] { peer.on_deadline(now); });
  });
  timers_.advance(now, [this] { environment_.events.on_timer_failure(); });
  if (stopping_at_ && now >= *stopping_at_) {
    stopping_at_ = time_point::max();
    for (std::size_t i = 0; i < table_.slots(); ++i) {
      if (connection* peer = table_.in_slot(i))
        peer->end();
    }
  }
  arm_timer();
}

void shard::flush_later(connection& peer) {
  if (!peer.flush_requested) {
    peer.flush_requested = true;
    waiting_.push_back(peer.id());
  }
  request_turn_end();
}

void shard::retire(connection& peer) {
  retired_.push_back(peer.id());
  request_turn_end();
}

template <typename Work>
void shard::contained(connection& peer, Work work) noexcept {
  try {
    work();
  } catch (const std::exception& failure) {
    environment_.log.log(log_level::error, "connection ", peer.id().serial,
                         " is ended: ", failure.what());
    peer.end();
  }
}

void shard::dispatch(std::uint32_t slot, std::uint32_t serial, void (connection::*event)()) {
  if (connection* peer = table_.find(slot, serial))
    contained(*peer, [&] { (peer->*event)(); });
}

void shard::request_turn_end() {
  if (turn_end_requested_)
    return;
  turn_end_requested_ = true;
  // Behind everything that is ready now, so that all of it leaves together.
  loop_.post([this] { end_turn(); });
}

void shard::end_turn() {
  turn_end_requested_ = false;
  flush_waiting();
  walk();
  reap();
}

void shard::flush_waiting() {
  const std::vector<connection_id> waiting = std::exchange(waiting_, {});
  for (const connection_id id : waiting) {
    connection* peer = table_.find(id);
    if (peer == nullptr)
      continue;
    peer->flush_requested = false;
    contained(*peer, [&] { peer->flush(); });
  }
}

void shard::walk() {
  if (!fan_out_.begin_walk())
    return;
  std::array<iovec, 64> pieces;
  const std::size_t used = fan_out_.gather(fan_out_.walk_begin(), 0, fan_out_.walk_end(), pieces);
  const std::span<const iovec> bytes(pieces.data(), used);
  const std::size_t size =
      std::accumulate(bytes.begin(), bytes.end(), std::size_t{0},
                      [](std::size_t sum, const iovec& piece) { return sum + piece.iov_len; });
  const bool fits = size == fan_out_.walk_end() - fan_out_.walk_begin();
  const time_point now = clock::now();

  for (std::size_t served = 0; served < slice; ++served) {
    const topic::fan_out::visit next = fan_out_.next();
    if (next.who == nullptr) {
      fan_out_.end_walk();
      // What was published meanwhile did not wake us.
      if (fan_out_.begin_walk())
        request_turn_end();
      return;
    }
    connection& peer = table_.at(next.who->owner);
    if (next.who->blocked) {
      contained(peer, [&] { peer.check_lag(now); });
    } else if (next.at_common && fits && peer.session().out().queue_empty()) {
      contained(peer, [&] { peer.send_publications(bytes, size); });
    } else {
      contained(peer, [&] { peer.flush(); });
    }
  }
  request_turn_end();
}

void shard::reap() {
  while (!retired_.empty()) {
    for (const connection_id id : std::exchange(retired_, {}))
      bury(id);
  }
  if (stopping_at_ && table_.size() == 0 && !stopped_)
    finish_stop();
}

void shard::bury(connection_id id) {
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
  }
  counters_.sockets_open.subtract();
  if (session.was_opened()) {
    counters_.connections_open.subtract();
    counters_.connections_closed.add();
    environment_.events.on_close(peer, session.ending());
  } else {
    environment_.events.on_unopened_end(peer);
  }
  table_.remove(id);
}

void shard::stop(time_point deadline) {
  if (stopping_at_) {
    stopping_at_ = std::min(*stopping_at_, deadline);
    arm_timer();
    return;
  }
  stopping_at_ = deadline;
  timers_.clear();
  arm_timer();
  request_turn_end();
  for (std::size_t i = 0; i < table_.slots(); ++i) {
    if (connection* peer = table_.in_slot(i))
      contained(*peer, [&] { peer->on_shard_stopping(); });
  }
}

void shard::finish_stop() {
  stopped_ = true;
  alarm_.cancel();
  environment_.events.on_stopped(*this);
}

}  // namespace broadcast_hub::net
