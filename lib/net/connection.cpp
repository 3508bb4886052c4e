#include "net/connection.hpp"

#include "net/shard.hpp"
#include "net/socket_io.hpp"
#include "topic/name.hpp"
#include "wire/response.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace broadcast_hub::net {

namespace {

topic::lane_kind lane_for(bool deflate, bool numbered) noexcept {
  if (numbered)
    return deflate ? topic::lane_kind::deflated_numbered : topic::lane_kind::numbered;
  return deflate ? topic::lane_kind::deflated : topic::lane_kind::raw;
}

}  // namespace

connection::connection(shard& shard, tcp_socket socket, const asio::ip::tcp::endpoint& remote,
                       connection_id id, std::uint16_t listener)
    : shard_(shard),
      socket_(std::move(socket)),
      remote_(remote),
      session_(shard.context(), clock::now()),
      id_(id),
      listener_(listener) {}

connection::~connection() {
  shard_.wheel().drop(*this);
}

void connection::respond(const wire::response& response, bool keep_alive) {
  if (!awaits_answer())
    return;
  session_.respond(response, keep_alive, clock::now());
  shard_.reschedule(*this);
  shard_.flush_later(*this);
}

void connection::accept(admission admitted) {
  if (!awaits_answer())
    return;
  const bool gets_deflated = admitted.upgrade.deflate && !admitted.upgrade.limited_window;
  const auto lane = lane_for(gets_deflated, admitted.speaks_protocol);
  std::string early =
      session_.open(std::move(admitted.upgrade), clock::now(), admitted.speaks_protocol);
  shard_.count().connections_open.add();
  shard_.count().connections_opened.add();
  shard_.table().publish(id_, remote_, std::move(admitted.path), std::move(admitted.who));
  session_.out().join_topics(shard_.topics(), id_.slot, lane);
  if (!speaks_protocol())
    session_.out().subscribe(topic::default_topic);
  shard_.reschedule(*this);
  shard_.flush_later(*this);
  announced_ = true;
  shard_.events().on_open(*this, admitted.subscriptions);
  if (!early.empty())
    receive(early.data(), early.size());
}

std::error_code connection::send(session::shared_bytes frame) {
  const std::error_code error = session_.send(std::move(frame), clock::now());
  if (!error)
    shard_.count().direct_messages.add();
  shard_.reschedule(*this);
  shard_.flush_later(*this);
  return error;
}

std::error_code connection::close(close_code code, std::string_view reason) {
  const std::error_code error = session_.close(code, reason, clock::now());
  shard_.reschedule(*this);
  shard_.flush_later(*this);
  return error;
}

void connection::fail(close_code code, std::string_view reason) noexcept {
  try {
    session_.fail(code, reason, clock::now());
  } catch (const std::bad_alloc&) {
    return end();  // there is no memory to say why
  }
  shard_.reschedule(*this);
  shard_.flush_later(*this);
}

std::error_code connection::subscribe(std::string_view topic) {
  if (!is_open())
    return errc::connection_closing;
  // Without a subscription it was not looked at.
  if (session_.out().blocked())
    shard_.watch_blocked();
  return session_.out().subscribe(topic);
}

std::error_code connection::unsubscribe(std::string_view topic) {
  if (!is_open())
    return errc::connection_closing;
  const std::error_code error = session_.out().unsubscribe(topic);
  session_.patrol_if_unsubscribed(clock::now());
  shard_.reschedule(*this);
  shard_.flush_later(*this);
  return error;
}

connection::subscribed connection::subscribe_at(std::string_view topic, bool or_is) {
  if (!is_open())
    return {errc::connection_closing, {}};
  const std::error_code error = subscribe(topic);
  if (error && !(or_is && error == errc::already_subscribed))
    return {error, {}};
  return {{}, session_.out().place_of(topic)};
}

std::error_code connection::answer(session::shared_bytes frame) {
  const std::error_code error = session_.reply(std::move(frame), clock::now());
  shard_.reschedule(*this);
  shard_.flush_later(*this);
  return error;
}

void connection::arm_read() {
  if (reading_ || ended_ || !session_.wants_input())
    return;
  reading_ = true;
  // The handler finds the connection by its id: it may be gone by then.
  socket_.async_wait(tcp_socket::wait_read,
                     [&shard = shard_, slot = id_.slot, serial = id_.serial](const auto&) {
                       shard.dispatch(slot, serial, &connection::on_readable);
                     });
}

void connection::arm_write() {
  if (writing_ || ended_)
    return;
  writing_ = true;
  socket_.async_wait(tcp_socket::wait_write,
                     [&shard = shard_, slot = id_.slot, serial = id_.serial](const auto&) {
                       shard.dispatch(slot, serial, &connection::on_writable);
                     });
}

std::size_t connection::most_at_once() const {
  // Requests are answered one turn's worth at a time, however many a peer sends at once.
  if (session_.now_in() == session::session::phase::request)
    return shard_.context().options.limits.max_header_bytes;
  // Compressed, these may become a thousand times as many before the others get their turn.
  constexpr std::size_t compressed = 4096;
  return session_.uses_deflate() ? compressed : shard_.scratch().size();
}

void connection::on_readable() {
  reading_ = false;
  // What came may have been read before this call, and now be with the application.
  if (session_.wants_input())
    read_some();
  arm_read();
}

void connection::read_some() {
  const std::uint64_t inflated_before = shard_.context().inflater.messages();
  std::size_t left = shard_.scratch().size();
  while (!ended_) {
    const std::size_t piece = most_at_once();
    const bool may_be_more = read(piece);
    left -= std::min(left, piece);
    // Small pieces are for what is compressed in fact: without it, one turn reads as much as from
    // others, so that the answers to a burst of messages leave together.
    const bool inflated = shard_.context().inflater.messages() != inflated_before;
    if (!may_be_more || left < piece || inflated || !is_open())
      break;
  }
}

bool connection::read(std::size_t most) {
  const std::span<char> scratch = shard_.scratch().first(most);
  const ssize_t size =
      ::recv(socket_.native_handle(), scratch.data(), scratch.size(), MSG_DONTWAIT);
  if (size > 0) {
    shard_.count().bytes_received.add(static_cast<std::size_t>(size));
    receive(scratch.data(), static_cast<std::size_t>(size));
  } else if (size == 0) {
    perform(session_.on_end_of_input());
  } else if (errno != EAGAIN && errno != EINTR) {
    end();
  }
  return size == static_cast<ssize_t>(most);
}

void connection::receive(char* data, std::size_t size) {
  using event = session::session::event;
  const time_point now = clock::now();
  for (;;) {
    std::size_t consumed = 0;
    const event found = session_.receive(data, size, consumed, now);
    data += consumed;
    size -= consumed;
    if (found == event::message) {
      shard_.count().messages_received.add();
      shard_.events().on_message(*this, session_.received());
    } else if (found == event::request) {
      shard_.events().on_request(*this, session_.take_request());
    }
    if (ended_)
      return;
    const auto phase = session_.now_in();
    if (phase == session::session::phase::deciding ||
        (found == event::request && phase == session::session::phase::request)) {
      // One request after the other: of many that came at once each may be for a large file. Behind
      // a handshake nothing may be sent (RFC 6455, section 4.1), so nobody needs much room.
      if (size > shard_.context().options.limits.max_header_bytes)
        return end();
      session_.keep_early_bytes({data, size});
      break;
    }
    if (found == event::need_bytes)
      break;
  }
  after_input();
}

void connection::after_input() {
  shard_.reschedule(*this);
  if (!session_.out().queue_empty() || session_.now_in() != session::session::phase::open) {
    shard_.flush_later(*this);
  }
}

void connection::flush() {
  if (ended_ || session_.out().blocked())
    return;
  std::array<iovec, 64> pieces;
  // Not to the moving end of the log: a publisher that keeps up would hold the shard here.
  for (int round = 0;; ++round) {
    if (round == 16)
      return shard_.flush_later(*this);
    const std::size_t used = session_.out().gather(pieces);
    if (used == 0)
      break;
    const send_result result = send_some(socket_.native_handle(), {pieces.data(), used});
    shard_.count().send_calls.add();
    if (result.failed)
      return end();
    shard_.count().bytes_sent.add(result.sent);
    session_.out().advance(result.sent);
    if (!result.complete) {
      if (result.sent > 0)
        session_.on_sent(clock::now());
      return block();
    }
  }
  session_.out().rest(socket_.native_handle());
  perform(session_.on_sent_all());
  if (session_.now_in() == session::session::phase::request) {
    std::string early = session_.take_early_bytes();
    if (!early.empty())
      return receive(early.data(), early.size());
  }
  arm_read();
}

void connection::flush_with_news() {
  if (is_open() && !session_.out().blocked() && !session_.out().queue_empty())
    session_.out().offer_all();
  flush();
}

std::size_t connection::on_walk(time_point now) {
  const std::size_t topics = session_.out().offer_walk();
  session_.out().blocked() ? enforce_policies(now) : flush();
  return topics;
}

void connection::on_partial_walk(std::size_t sent, bool failed) {
  session_.out().offer_walk();
  if (failed)
    return end();
  session_.out().advance(sent);
  block();
}

void connection::block() {
  session_.out().block();
  session_.patrol_if_unsubscribed(clock::now());
  shard_.reschedule(*this);
  shard_.watch_blocked();
  arm_write();
}

void connection::on_writable() {
  writing_ = false;
  // Walks may have passed it by since they were looked at last.
  enforce_policies(clock::now());
  session_.out().unblock();
  flush();
  if (!ended_)
    shard_.reschedule(*this);
}

void connection::enforce_policies(time_point now) {
  shard_.look_for_pause(now);
  if (session_.enforce_policies(now))
    shard_.reschedule(*this);
}

void connection::patrol(time_point now) {
  if (session_.patrol(now))
    shard_.reschedule(*this);
}

void connection::on_deadline(time_point now) {
  if (session_.judges_at(now))
    catch_up_with_socket();
  if (ended_)
    return;
  perform(session_.on_deadline(now));
  if (ended_)
    return;
  shard_.reschedule(*this);
  shard_.flush_later(*this);
}

// Behind a pause of this program a peer may have done in time what it was to do.
void connection::catch_up_with_socket() {
  if (reading_)
    read_some();
  if (ended_ || !session_.out().blocked() || is_open())
    return;
  session_.out().unblock();
  flush();
}

void connection::end_by_deadline() {
  catch_up_with_socket();
  end();
}

void connection::on_shard_stopping() {
  switch (session_.now_in()) {
    case session::session::phase::open:
      shard_.events().on_farewell(*this);
      break;
    case session::session::phase::request:
      perform(session_.finish_response());
      break;
    case session::session::phase::deciding:
      respond(wire::text_response(503, "The server is stopping."), false);
      break;
    default:
      break;
  }
}

void connection::perform(session::session::action action) {
  switch (action) {
    case session::session::action::none:
      break;
    case session::session::action::end_sending: {
      std::error_code ignored;  // a peer that has left does not need to be told
      socket_.shutdown(tcp_socket::shutdown_send, ignored);
      break;
    }
    case session::session::action::end_socket:
      end();
      break;
  }
}

void connection::end() noexcept {
  if (ended_)
    return;
  ended_ = true;
  session_.abandon();
  std::error_code ignored;  // close() frees the descriptor even when it reports an error
  socket_.close(ignored);
  shard_.retire(*this);
}

}  // namespace broadcast_hub::net
