#include "client/core.hpp"

#include "base/text.hpp"
#include "protocol/server_frame.hpp"
#include "topic/name.hpp"
#include "wire/frame_encoder.hpp"

#include <broadcast_hub/error.hpp>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace broadcast_hub {
namespace {

client_options validated(client_options options) {
  validate(options);
  return options;
}

session_options session_options_of(const client_options& options) {
  session_options made;
  made.retry_min = options.retry_min;
  made.retry_max = options.retry_max;
  made.connect_timeout = options.connect_timeout;
  made.request_may_change = options.make_url || options.make_headers;
  return made;
}

bool is_name_or_pattern(std::string_view topic) noexcept {
  return topic::is_valid_name(topic) || topic::is_valid_pattern(topic);
}

}  // namespace

client_core::client_core(client_options options)
    : options_(validated(std::move(options))),
      log_(log_of_owner()),
      random_(system_random()),
      session_(session_options_of(options_), random_, log_, *this),
      socket_(loop_, *this),
      alarm_(loop_, [this] { on_alarm(); }) {}

/// Its sink is not called any more than handlers are once nobody owns the client.
log_options client_core::log_of_owner() const {
  log_options log = options_.log;
  if (log.sink) {
    log.sink = [this](const log_record& line) {
      if (!orphaned_)
        options_.log.sink(line);
    };
  }
  return log;
}

client_core::~client_core() {
  stop_and_wait();
}

client_handlers& client_core::handlers_before_start(const char* method) {
  if (mode_ != mode::fresh)
    throw std::logic_error(join(method, " was called after the start"));
  return handlers_;
}

template <typename Work>
void client_core::post(Work work) {
  loop_.post([this, work = std::move(work)]() mutable {
    work();
    after_turn();
  });
}

void client_core::choose(mode chosen, const char* method) {
  mode expected = mode::fresh;
  if (!mode_.compare_exchange_strong(expected, chosen))
    throw std::logic_error(join(method, " was called on a client that was started before"));
}

void client_core::start() {
  choose(mode::own_thread, "start()");
  try {
    const lock_guard lock(join_mutex_);
    thread_ = std::thread([this] {
      serve();
      if (orphaned_)
        delete this;
    });
  } catch (...) {
    mode_ = mode::fresh;
    try {
      throw;
    } catch (const std::system_error&) {
      throw std::system_error(errc::out_of_resources);
    }
  }
}

void client_core::run() {
  choose(mode::callers_thread, "run()");
  serve();
  if (orphaned_)
    delete this;
}

std::size_t client_core::poll() {
  if (done_)
    return 0;
  if (mode_ != mode::polled)
    choose(mode::polled, "poll()");
  if (loop_.on_this_thread() || finished_)
    return 0;
  std::size_t count = 0;
  guarded([&] { count = loop_.poll(); });
  if (orphaned_)
    serve();
  else if (finished_)
    run_what_is_left();
  if (orphaned_)
    delete this;
  return count;
}

void client_core::serve() noexcept {
  while (!finished_)
    guarded([this] { loop_.run(); });
  run_what_is_left();
}

/// What was asked for before the doors were closed, and learns that it was too late.
void client_core::run_what_is_left() noexcept {
  bool more = !done_;
  while (more)
    guarded([&] { more = loop_.poll() != 0; });
  loop_.stop();
  done_ = true;
  done_.notify_all();
}

template <typename Run>
void client_core::guarded(Run run) noexcept {
  try {
    loop_.restart();
    loop_.run_inline([this] { catch_up(); });
    run();
  } catch (const std::exception& fault) {
    broken_ = true;
    log_.log(log_level::error, "this connection is given up: ", escaped{fault.what()});
    std::this_thread::yield();
  }
}

/// What could not be posted.
void client_core::catch_up() {
  if (stop_asked_) {
    session_.stop();
    stop_asked_ = false;
  }
  if (!std::exchange(started_, true) && !closing())
    session_.start(clock::now());
  if (broken_)
    give_up();
  after_turn();
}

/// What has become of it is not known.
void client_core::give_up() {
  ++attempts_;
  link_.reset();
  socket_.close();
  if (leave_by_)
    finish();
  else
    session_.on_lost(close_code::abnormal, "a failure of the client", clock::now());
  broken_ = false;
}

void client_core::stop() {
  stop_and_wait();
  if (orphaned_)
    delete this;
}

void client_core::stop_and_wait() {
  close_doors();
  const bool here = loop_.on_this_thread();
  mode before = mode::fresh;
  const bool is_first = mode_.compare_exchange_strong(before, mode::stopped);
  if (!here && (is_first || before == mode::polled)) {
    ask_to_stop();
    if (!done_)
      serve();
    return;
  }
  ask_to_stop();
  if (here)
    return;
  done_.wait(false);
  const lock_guard lock(join_mutex_);
  if (thread_.joinable())
    thread_.join();
}

bool client_core::is_left_by_a_handler() noexcept {
  if (!loop_.on_this_thread())
    return false;
  close_doors();
  orphaned_ = true;
  ask_to_stop();
  const lock_guard lock(join_mutex_);
  if (thread_.joinable())
    thread_.detach();
  return true;
}

/// Behind what was asked for before.
void client_core::ask_to_stop() noexcept {
  try {
    post([this] { session_.stop(); });
  } catch (const std::exception&) {
    stop_asked_ = true;
    loop_.stop();
  }
}

/// The session is over, and so is its connection.
void client_core::finish() noexcept {
  leave_by_.reset();
  finished_ = true;
  loop_.stop();
}

void client_core::close_doors() {
  const lock_guard lock(closing_mutex_);
  closing_ = true;
}

bool client_core::closing() const {
  const lock_guard lock(closing_mutex_);
  return closing_;
}

void client_core::on_alarm() {
  const time_point now = clock::now();
  if (!leave_by_) {
    session_.on_time(now);
  } else if (now >= *leave_by_) {
    log_.log(log_level::info, "the server did not answer the close frame");
    socket_.close();
    link_.reset();
    finish();
  }
  after_turn();
}

void client_core::after_turn() {
  alarm_.set(leave_by_ ? leave_by_ : session_.next_due());
  queued_bytes_ = socket_.queued_bytes();
}

std::error_code client_core::subscribe(std::string_view topic, subscribe_options options,
                                       client_publication_handler own) {
  constexpr std::size_t most = 10'000;
  if (!is_name_or_pattern(topic))
    return errc::invalid_topic;
  const bool pattern = topic::is_valid_pattern(topic);
  if (pattern && (options.since || options.presence))
    return errc::not_for_patterns;
  if (closing())
    return errc::client_closed;
  options.last = std::min<std::size_t>(options.last, pattern ? 1 : most);
  post(
      [this, name = std::string(topic), from = std::move(options),
       handler = std::move(own)]() mutable { session_.subscribe(name, from, std::move(handler)); });
  return {};
}

std::error_code client_core::unsubscribe(std::string_view topic) {
  if (closing())
    return errc::client_closed;
  post([this, name = std::string(topic)] { session_.unsubscribe(name); });
  return {};
}

std::error_code client_core::check_payload(std::string_view payload, message_kind kind) const {
  if (payload.size() > options_.max_message_bytes)
    return errc::message_too_big;
  if (kind == message_kind::text && !wire::is_valid_utf8(payload))
    return errc::invalid_utf8;
  return closing() ? make_error_code(errc::client_closed) : std::error_code();
}

std::error_code client_core::publish(std::string_view topic, std::string_view payload,
                                     const client_publish_options& how,
                                     client_publish_handler done) {
  constexpr std::size_t longest_key = 128;
  if (!topic::is_valid_name(topic))
    return errc::invalid_topic;
  const std::string key = how.key.value_or(std::string());
  if (how.key && (key.empty() || key.size() > longest_key || !wire::is_valid_utf8(key)))
    return errc::invalid_key;
  if (const auto fault = check_payload(payload, how.kind))
    return fault;
  return post_command([this, name = std::string(topic), data = std::string(payload), key,
                       kind = how.kind, handler = std::move(done)]() mutable {
    session_.publish(name, kind, data, key, std::move(handler));
  });
}

std::error_code client_core::presence(std::string_view topic, client_presence_result_handler done) {
  if (!topic::is_valid_name(topic))
    return errc::invalid_topic;
  return post_command([this, name = std::string(topic), handler = std::move(done)]() mutable {
    session_.presence(name, std::move(handler));
  });
}

std::error_code client_core::history(std::string_view topic, const client_history_query& wanted,
                                     client_history_handler done) {
  constexpr std::size_t most = 1000;
  if (!topic::is_valid_name(topic))
    return errc::invalid_topic;
  client_history_query asked = wanted;
  asked.limit = std::clamp(asked.limit, std::size_t{1}, most);
  asked.last = std::min(asked.last, most);
  return post_command(
      [this, name = std::string(topic), asked = std::move(asked),
       handler = std::move(done)]() mutable { session_.history(name, asked, std::move(handler)); });
}

/// Its handler is called once, unless this fails.
template <typename Work>
std::error_code client_core::post_command(Work work) {
  const lock_guard lock(closing_mutex_);
  if (closing_)
    return errc::client_closed;
  if (unanswered_.fetch_add(1) >= options_.max_waiting_commands) {
    --unanswered_;
    return errc::overloaded;
  }
  try {
    post(std::move(work));
  } catch (...) {
    --unanswered_;
    throw;
  }
  return {};
}

std::error_code client_core::send(std::string_view payload, message_kind kind) {
  if (const auto fault = check_payload(payload, kind))
    return fault;
  if (state_ != client_state::open)
    return errc::connection_gone;
  std::string frame = protocol::write_message(kind, payload);
  const std::size_t size = frame.size();
  if (const std::size_t most = hub_takes_; most != 0 && size > most)
    return errc::message_too_big;
  auto work = [this, text = std::move(frame)] {
    posted_bytes_ -= text.size();
    session_.send(text);
  };
  if (posted_bytes_.fetch_add(size) + size + queued_bytes_ > options_.max_queued_bytes) {
    posted_bytes_ -= size;
    return errc::overloaded;
  }
  try {
    post(std::move(work));
  } catch (...) {
    posted_bytes_ -= size;
    throw;
  }
  return {};
}

}  // namespace broadcast_hub
