#include "hub/hub_core.hpp"

#include "base/text.hpp"
#include "base/timer_state.hpp"
#include "net/address.hpp"
#include "net/error_translation.hpp"
#include "protocol/server_frame.hpp"
#include "wire/frame_encoder.hpp"
#include "wire/http_date.hpp"
#include "wire/numbered_frame.hpp"
#include "wire/origin.hpp"

#include <new>
#include <stdexcept>
#include <utility>

namespace broadcast_hub {
namespace {

/// What a posted message costs besides its bytes, so that a flood of empty ones is limited too.
constexpr std::size_t post_cost = 256;

/// Sockets beyond the limit that are still told 503 instead of being dropped.
constexpr std::size_t politely_refused = 64;

/// How often the hub looks for what nobody uses any more.
constexpr std::chrono::seconds sweep_period{1};

std::string present_as_http_date() {
  return wire::format_http_date(
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

/// Numbered units are publications of bhub.v1.
topic::unit_format units() {
  topic::unit_format format(&wire::frame_size);
  format.number_start = &protocol::write_publication_start;
  format.write_head = &wire::write_numbered_head;
  return format;
}

/// One message as each kind of client gets it.
class direct_frames {
 public:
  explicit direct_frames(session::shared_bytes raw) : raw_(std::move(raw)) {}

  const session::shared_bytes& for_peer(const net::connection& peer) {
    if (!peer.speaks_protocol())
      return raw_;
    if (!wrapped_) {
      const std::string text =
          protocol::write_message(wire::kind_of(*raw_), wire::payload_of(*raw_));
      wrapped_ = session::share(wire::make_frame(wire::opcode::text, text));
    }
    return wrapped_;
  }

 private:
  session::shared_bytes raw_;
  session::shared_bytes wrapped_;  // made for the first client that needs it
};

hub_options checked(hub_options options) {
  validate(options);
  return options;
}

}  // namespace

hub_core::hub_core(hub_options options)
    : options_(checked(std::move(options))),
      log_(options_.log),
      topics_(options_.topics, options_.shards, options_.outbound.max_backlog_bytes, units()),
      deflaters_(options_.compression.level),
      life_(shards_, log_),
      presence_(options_, topics_, shards_),
      commands_(*this, options_.shards) {
  const net::shard_environment environment{options_, log_,     *this,
                                           topics_,  serials_, &present_as_http_date};
  for (unsigned i = 0; i < options_.shards; ++i) {
    try {
      shards_.push_back(std::make_unique<net::shard>(static_cast<std::uint16_t>(i), environment));
    } catch (const std::system_error& failure) {
      throw std::system_error(net::translate(failure.code()), "cannot make an event loop");
    }
  }
}

hub_core::~hub_core() = default;

hub_handlers& hub_core::handlers_before_start(const char* setter) {
  if (life_.is_fresh())
    return handlers_;
  throw std::logic_error(join(setter, " must be called before run(), start(), poll() and stop()"));
}

std::uint16_t hub_core::listen(const listen_options& options) {
  validate(options);
  if (life_.stopping())
    throw std::system_error(errc::hub_stopped, "cannot listen");
  std::vector<net::shard*> shards;
  for (const auto& shard : shards_)
    shards.push_back(shard.get());

  auto rules = std::make_unique<router>(options);
  std::uint16_t port = 0;
  std::string name;
  {
    const lock_guard lock(endpoints_mutex_);
    // Asked again: a stop closes what is there when it takes the lock.
    if (life_.stopping())
      throw std::system_error(errc::hub_stopped, "cannot listen");
    if (endpoints_.size() > 0xffff)
      throw std::system_error(errc::out_of_resources,
                              "cannot listen on more than 65,536 endpoints");
    auto doors = std::make_unique<net::listener>(
        std::move(shards), static_cast<std::uint16_t>(endpoints_.size()),
        net::listen_addresses(options.address), static_cast<std::uint16_t>(options.port),
        [this] { return sockets_open() < options_.limits.max_connections + politely_refused; },
        options.sockets, log_);
    port = doors->port();
    name = doors->name();
    if (listening_)
      shards_.front()->post([&opened = *doors] { opened.start(); });
    endpoints_.push_back({std::move(rules), std::move(doors)});
  }
  log_.log(log_level::info, "listening on ", name);
  for (const std::string& origin : options.allowed_origins) {
    if (wire::is_opaque_origin(origin))
      log_.log(log_level::warn, name, " lets in pages of the origin \"", origin,
               "\", which are not of one site; see listen_options::allowed_origins");
  }
  return port;
}

void hub_core::begin() {
  const lock_guard lock(endpoints_mutex_);
  listening_ = true;
  for (endpoint& each : endpoints_) {
    shards_.front()->post([&doors = *each.doors] { doors.start(); });
  }
  add_timer(std::make_shared<timer::state>(), sweep_period, sweep_period, [this] { look_after(); });
  if (presence_.in_use()) {
    add_timer(std::make_shared<timer::state>(), presence_board::period, presence_board::period,
              [this] { tell_presence(); });
  }
}

void hub_core::tell_presence() {
  try {
    presence_.tell();
  } catch (const std::bad_alloc&) {
    log_.log(log_level::error, "out of memory; who came and went is told later");
  }
}

void hub_core::look_after() {
  {
    const lock_guard lock(endpoints_mutex_);
    for (endpoint& each : endpoints_)
      each.doors->start();
  }
  sweep_topics();
}

void hub_core::run() {
  const auto stop_within = [this](std::chrono::milliseconds deadline) {
    log_.log(log_level::info, "stopping, ", connection_count(), " open");
    stop(deadline);
  };
  life_.run([this] { begin(); }, [&] { stop_within(options_.timeouts.shutdown); },
            [&] { stop_within(std::chrono::milliseconds(0)); });
  log_.log(log_level::info, "stopped");
}

void hub_core::start() {
  life_.start([this] { begin(); });
}

std::size_t hub_core::poll() {
  return life_.poll([this] { begin(); });
}

void hub_core::stop(std::chrono::milliseconds deadline) {
  if (life_.end_if_fresh())
    return close_listeners();
  life_.stop(clock::now() + bounded(deadline));
}

void hub_core::close_listeners() noexcept {
  const lock_guard lock(endpoints_mutex_);
  for (endpoint& each : endpoints_)
    each.doors->stop();
}

std::error_code hub_core::broadcast_if(const connection_predicate& wanted, std::string_view payload,
                                       message_kind kind) {
  if (life_.stopping())
    return errc::hub_stopped;
  if (kind == message_kind::text && !wire::is_valid_utf8(payload))
    return errc::invalid_utf8;
  session::shared_bytes frame = session::share(wire::make_frame(wire::opcode_of(kind), payload));
  const std::size_t size = frame->size();
  if (size > options_.outbound.max_queued_bytes)
    return errc::message_too_big;

  // For all shards or none: a message that only some connections get is worse than an error.
  const std::shared_ptr<void> reserved = reserve_backlog(size + post_cost * shards_.size());
  if (!reserved)
    return errc::overloaded;
  for (const auto& shard : shards_) {
    const auto deliver = [this, &one = *shard, wanted, frame, kind, reserved] {
      send_to_matching(one, wanted, frame, kind);
    };
    // At once on the own shard: program order.
    shard->events_loop().on_this_thread() ? deliver() : shard->post(deliver);
  }
  return {};
}

void hub_core::send_to_matching(net::shard& shard, const connection_predicate& wanted,
                                const session::shared_bytes& frame, message_kind kind) {
  std::size_t recipients = 0;
  direct_frames frames(frame);
  shard.for_each_open([&](net::connection& peer) {
    bool chosen = false;
    guarded(peer, "the predicate of broadcast_if", [&] { chosen = wanted(handle(peer)); });
    if (chosen)  // what fails for one is not to keep it from the others
      shard.with(peer.id(),
                 [&](net::connection& to) { recipients += to.send(frames.for_peer(to)) ? 0 : 1; });
  });
  const std::string_view payload = wire::payload_of(*frame);
  log_.log(log_level::debug, "sent ", summary_of{kind, payload}, " to ", recipients,
           recipients == 1 ? " connection" : " connections", " of shard ", shard.index(), ": ",
           escaped{payload});
}

std::error_code hub_core::for_each_connection(
    const std::function<void(broadcast_hub::connection)>& visit) {
  if (life_.stopping())
    return errc::hub_stopped;
  for (const auto& shard : shards_) {
    shard->post([this, &one = *shard, visit] {
      one.for_each_open([&](net::connection& peer) {
        guarded(peer, "the function of for_each_connection", [&] { visit(handle(peer)); });
      });
    });
  }
  return {};
}

std::size_t hub_core::connection_count() const noexcept {
  std::size_t count = 0;
  for (const auto& shard : shards_)
    count += shard->count().connections_open.value();
  return count;
}

std::size_t hub_core::sockets_open() const noexcept {
  std::size_t count = 0;
  for (const auto& shard : shards_)
    count += shard->count().sockets_open.value();
  return count;
}

void hub_core::add_timer(std::shared_ptr<timer::state> handle, duration delay, duration period,
                         std::function<void()> work) {
  if (life_.stopping())
    return;
  shards_.front()->post([&first = *shards_.front(), due = clock::now() + delay, period,
                         handle = std::move(handle), work = std::move(work)]() mutable {
    first.add_timer(std::move(handle), due, period, std::move(work));
  });
}

std::error_code hub_core::send(connection_id id, std::string_view payload, message_kind kind) {
  net::shard* const shard = shard_of(id);
  if (shard == nullptr)
    return errc::connection_gone;
  const bool own_thread = shard->events_loop().on_this_thread();
  if (!own_thread && !shard->table().is_open(id))
    return errc::connection_gone;
  if (kind == message_kind::text && !wire::is_valid_utf8(payload))
    return errc::invalid_utf8;
  session::shared_bytes frame = session::share(wire::make_frame(wire::opcode_of(kind), payload));
  if (frame->size() > options_.outbound.max_queued_bytes)
    return errc::message_too_big;

  const auto deliver = [this, kind, frame](net::connection& peer) -> std::error_code {
    if (!peer.session().was_opened())
      return errc::connection_gone;
    const std::error_code error = peer.send(direct_frames(frame).for_peer(peer));
    const std::string_view sent = wire::payload_of(*frame);
    if (!error)
      log_peer(log_, log_level::debug, peer, "sent ", summary_of{kind, sent}, ": ", escaped{sent});
    return error;
  };
  if (own_thread) {
    net::connection* const peer = shard->table().find(id);
    return peer == nullptr ? errc::connection_gone : deliver(*peer);
  }
  if (life_.stopping())
    return errc::hub_stopped;
  backlog_share reserved = reserve_backlog(frame->size() + post_cost);
  if (!reserved)
    return errc::overloaded;
  shard->post([shard, id, deliver, reserved = std::move(reserved)]() mutable {
    reserved.reset();
    shard->with(id, deliver);
  });
  return {};
}

std::error_code hub_core::close(connection_id id, close_code code, std::string_view reason) {
  net::shard* const shard = shard_of(id);
  if (shard == nullptr || !shard->table().is_open(id))
    return errc::connection_gone;
  if (!wire::may_send(code))
    return errc::invalid_close_code;
  if (reason.size() > 123)
    return errc::close_reason_too_long;
  if (!wire::is_valid_utf8(reason))
    return errc::invalid_utf8;

  if (shard->events_loop().on_this_thread()) {
    net::connection* const peer = shard->table().find(id);
    return peer == nullptr ? errc::connection_gone : peer->close(code, reason);
  }
  if (life_.stopping())
    return errc::hub_stopped;
  shard->post([shard, id, code, text = std::string(reason)] {
    shard->with(id, [&](net::connection& peer) { peer.close(code, text); });
  });
  return {};
}

const net::connection_table* hub_core::table_of(connection_id id) const noexcept {
  net::shard* const shard = shard_of(id);
  return shard == nullptr ? nullptr : &shard->table();
}

net::shard* hub_core::shard_of(connection_id id) const noexcept {
  return id.shard < shards_.size() ? shards_[id.shard].get() : nullptr;
}

hub_core::backlog_share hub_core::reserve_backlog(std::size_t bytes) noexcept {
  // One that is alone is let in whatever it costs: refused, it would be refused for ever.
  const std::size_t before = backlog_bytes_.fetch_add(bytes);
  backlog_share reserved(&backlog_bytes_, {bytes});
  const bool fits = before == 0 || before + bytes <= options_.outbound.max_backlog_bytes;
  return fits ? std::move(reserved) : nullptr;
}

}  // namespace broadcast_hub
