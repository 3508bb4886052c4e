#include "net/dialer.hpp"

#include "base/mutex.hpp"
#include "base/text.hpp"
#include "net/address.hpp"
#include "net/own_descriptor.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

namespace broadcast_hub::net {
namespace {

using ip_endpoint = asio::ip::tcp::endpoint;

constexpr auto before_the_next = std::chrono::milliseconds(250);  // RFC 8305, section 5

std::string words_of(int system_error) {
  return std::generic_category().message(system_error);
}

/// RFC 8305, section 4: the family of the first address begins, and then they take turns.
std::vector<ip_endpoint> in_turns(const std::vector<ip_endpoint>& sorted) {
  std::vector<ip_endpoint> first;
  std::vector<ip_endpoint> second;
  for (const ip_endpoint& each : sorted)
    (each.protocol() == sorted.front().protocol() ? first : second).push_back(each);
  std::vector<ip_endpoint> mixed;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size())
      mixed.push_back(first[i]);
    if (i < second.size())
      mixed.push_back(second[i]);
  }
  return mixed;
}

/// Threads that are begun meanwhile leave all signals to the others.
class signals_blocked {
 public:
  signals_blocked() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

lookup_result system_lookup(const std::string& host, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int fault = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &list);
  lookup_result result;
  if (fault != 0) {
    result.fault = fault == EAI_SYSTEM ? words_of(errno) : ::gai_strerror(fault);
    return result;
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6)
      continue;
    ip_endpoint read;
    read.resize(each->ai_addrlen);
    std::copy_n(reinterpret_cast<const char*>(each->ai_addr), each->ai_addrlen,
                reinterpret_cast<char*>(read.data()));
    result.addresses.push_back(read);
  }
  return result;
}

struct dialer::attempt {
  attempt(loop& on, told whom) : timer(on.context()), tell(std::move(whom)) {}

  std::string where;  // host and port, for faults
  bool looking_up = false;
  std::vector<ip_endpoint> addresses;
  std::size_t next = 0;                            // of those
  std::vector<std::unique_ptr<tcp_socket>> tries;  // null: it has failed
  std::size_t open_tries = 0;
  std::string last_fault = "no address";
  steady_timer timer;
  told tell;
};

/// Where a lookup leaves its result, whether or not somebody still waits for it.
struct dialer::mailbox {
  mutex guard;
  loop* to BROADCAST_HUB_GUARDED_BY(guard) = nullptr;  // null: nobody does
};

dialer::dialer(loop& on, lookup look_up)
    : loop_(on),
      look_up_(std::move(look_up)),
      mailbox_(std::make_shared<mailbox>()),
      lookups_(std::make_shared<lookup_map>()) {
  const lock_guard lock(mailbox_->guard);
  mailbox_->to = &on;
}

dialer::~dialer() {
  const lock_guard lock(mailbox_->guard);
  mailbox_->to = nullptr;
}

void dialer::dial(const std::string& host, std::uint16_t port, told tell) {
  attempt_ = std::make_shared<attempt>(loop_, std::move(tell));
  attempt_->where = host_and_port(host, port);
  std::error_code no_address;
  const asio::ip::address address = asio::ip::make_address(host, no_address);
  if (no_address) {
    look_up(host, port);
    return;
  }
  loop_.post([this, known = std::weak_ptr(attempt_), to = ip_endpoint(address, port)] {
    if (!known.expired())
      begin({{to}, {}});
  });
}

/// A resolver of Asio would be joined when the loop ends, however long the system takes. While one
/// for that host and port is under way, there is no second thread: attempts that come again and
/// again would have ever more of them where the system does not answer.
void dialer::look_up(const std::string& host, std::uint16_t port) {
  attempt_->looking_up = true;
  const std::string& where = attempt_->where;
  if (const auto known = lookups_->find(where);
      known != lookups_->end() && !known->second.expired())
    return;
  const auto under_way = std::make_shared<const char>();
  (*lookups_)[where] = under_way;
  auto work = [this, known = std::weak_ptr(lookups_), box = mailbox_, look_up = look_up_, where,
               host, port, under_way] {
    try {
      lookup_result found = look_up(host, port);
      const lock_guard lock(box->guard);
      if (box->to == nullptr)
        return;
      // Only on the loop's thread it is clear that the dialer is still there.
      box->to->post([this, known, where, result = std::move(found)] {
        if (!known.expired())
          on_found(where, result);
      });
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
      // Without memory nothing can be told: the one who waits gives up after a while.
    }
  };
  try {
    const signals_blocked here;
    std::thread(std::move(work)).detach();
  } catch (const std::system_error&) {
    loop_.post([this, known = std::weak_ptr(attempt_)] {
      if (!known.expired())
        fail("there are no threads left to look it up");
    });
  }
}

/// The attempt that began the lookup may have been left for another one, to the same place or not.
void dialer::on_found(const std::string& where, const lookup_result& found) {
  lookups_->erase(where);
  if (attempt_ && attempt_->looking_up && attempt_->where == where)
    begin(found);
}

void dialer::begin(const lookup_result& found) {
  attempt_->looking_up = false;
  if (!found.fault.empty()) {
    fail(found.fault);
    return;
  }
  attempt_->addresses = in_turns(found.addresses);
  start_next();
}

void dialer::start_next() {
  attempt& now = *attempt_;
  bool started = false;
  while (!started && now.next < now.addresses.size())
    started = start(now.addresses[now.next++]);
  if (now.open_tries == 0)
    fail(now.last_fault);
  else if (now.next < now.addresses.size())
    arm_timer();
}

bool dialer::start(const ip_endpoint& to) {
  attempt& now = *attempt_;
  auto socket = std::make_unique<tcp_socket>(loop_.context());
  std::error_code fault;
  open_own(*socket, to.protocol(), fault);
  if (fault) {
    now.last_fault = fault.message();
    return false;
  }
  const std::size_t which = now.tries.size();
  now.tries.push_back(std::move(socket));
  ++now.open_tries;
  now.tries.back()->async_connect(
      to, [this, known = std::weak_ptr(attempt_), which](const std::error_code& error) {
        if (known.expired())
          return;
        if (error)
          on_failed(which, error.message());
        else
          on_connected(which);
      });
  return true;
}

void dialer::arm_timer() {
  attempt_->timer.expires_after(before_the_next);
  attempt_->timer.async_wait([this, known = std::weak_ptr(attempt_)](const std::error_code& error) {
    if (!error && !known.expired())
      start_next();
  });
}

void dialer::on_connected(std::size_t which) {
  const std::shared_ptr<attempt> won = std::exchange(attempt_, nullptr);
  tcp_socket socket = std::move(*won->tries[which]);
  won->tries.clear();
  won->timer.cancel();
  won->tell(std::move(socket), {});
}

void dialer::on_failed(std::size_t which, const std::string& fault) {
  attempt& now = *attempt_;
  now.tries[which].reset();
  --now.open_tries;
  now.last_fault = fault;
  if (now.next < now.addresses.size())
    start_next();
  else if (now.open_tries == 0)
    fail(fault);
}

void dialer::fail(std::string_view fault) {
  const std::shared_ptr<attempt> lost = std::exchange(attempt_, nullptr);
  lost->tell(std::nullopt, join(lost->where, ": ", fault));
}

}  // namespace broadcast_hub::net
