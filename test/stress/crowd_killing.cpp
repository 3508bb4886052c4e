// How connections of a crowd die.

#include "crowd.hpp"
#include "loopback.hpp"
#include "support/client_frame.hpp"
#include "support/system_call.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <utility>

namespace broadcast_hub::stress {
namespace {

using benchmark::checked;

}  // namespace

bool crowd::is_to_die(std::size_t index) const {
  const connection& one = connections_[index];
  const resuming_client& client = clients_[index];
  if (kills_left_ == 0)
    return false;
  if (one.plan.method == kill_method::cut_writing && one.plan.amid_subscribe)
    return client.has_unsent_sub();
  if (one.read < one.plan.after_bytes)
    return false;
  if (one.plan.method == kill_method::cut_writing)
    return client.stream().is_established() && client.stream().unsent().empty();
  return one.plan.method != kill_method::cut_reading || client.stream().is_amid_frame();
}

void crowd::kill_one(std::size_t index) {
  connection& victim = connections_[index];
  --kills_left_;
  ++counts_.kills;
  ++counts_.kills_by_method[static_cast<std::size_t>(victim.plan.method)];
  switch (victim.plan.method) {
    case kill_method::reset:
      have_reset(victim.socket.get());
      break;
    case kill_method::finish:
      return finish(index);
    case kill_method::forget:
      checked(::epoll_ctl(poll_.get(), EPOLL_CTL_DEL, victim.socket.get(), nullptr), "epoll_ctl");
      forgotten_.push_back(std::exchange(victim.socket, {}));
      break;
    case kill_method::cut_writing:
      cut_writing(index);
      [[fallthrough]];
    case kill_method::cut_reading:
      if (victim.plan.with_reset)
        have_reset(victim.socket.get());
      break;
  }
  end(index);
}

void crowd::cut_writing(std::size_t index) {
  resuming_client& client = clients_[index];
  std::string frame = client.stream().unsent();
  if (!client.has_unsent_sub())
    frame = test::client_frame(test::opcode::text, client.subscribe_frame());
  frame.resize(1 + random_() % (frame.size() - 1));
  ::send(connections_[index].socket.get(), frame.data(), frame.size(), MSG_NOSIGNAL);
}

void crowd::finish(std::size_t index) {
  benchmark::descriptor socket = std::exchange(connections_[index].socket, {});
  const int number = socket.get();
  ::shutdown(number, SHUT_WR);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = clients_.size() + static_cast<std::size_t>(number);
  checked(::epoll_ctl(poll_.get(), EPOLL_CTL_MOD, number, &event), "epoll_ctl");
  finished_.insert_or_assign(number, std::move(socket));
  end(index);
}

void crowd::drain(int socket) {
  if (::recv(socket, scratch_.data(), scratch_.size(), 0) <= 0)
    finished_.erase(socket);
}

void crowd::send_away() {
  may_come_ = false;
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    if (connections_[i].now == state::open)
      finish(i);
    else if (connections_[i].now == state::connecting)
      end(i);
  }
}

void crowd::let_come() {
  may_come_ = true;
}

void crowd::close_forgotten() {
  forgotten_.clear();
}

}  // namespace broadcast_hub::stress
