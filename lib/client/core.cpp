#include "client/core.hpp"

#include "base/text.hpp"
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

wire::websocket_url url_of(const client_options& options) {
  wire::websocket_url url;
  wire::read_websocket_url(options.url, url);
  return url;
}

bool is_name_or_pattern(std::string_view topic) noexcept {
  return topic::is_valid_name(topic) || topic::is_valid_pattern(topic);
}

}  // namespace

client_core::client_core(client_options options)
    : options_(validated(std::move(options))),
      url_(url_of(options_)),
      log_(options_.log),
      random_(system_random()),
      session_({options_.retry_min, options_.retry_max, options_.connect_timeout}, random_, log_,
               *this),
      socket_(loop_, *this),
      alarm_(loop_, [this] {
        session_.on_time(clock::now());
        after_turn();
      }) {}

client_core::~client_core() {
  stop();
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

void client_core::begin() {
  post([this] {
    if (!closing())
      session_.start(clock::now());
  });
}

void client_core::start() {
  choose(mode::own_thread, "start()");
  begin();
  try {
    const lock_guard lock(join_mutex_);
    thread_ = std::thread([this] { serve(); });
  } catch (const std::system_error&) {
    done_ = true;
    throw std::system_error(errc::out_of_resources);
  }
}

void client_core::run() {
  choose(mode::callers_thread, "run()");
  begin();
  serve();
}

void client_core::serve() {
  for (bool stopped = false; !stopped;) {
    try {
      loop_.run();
      stopped = true;
    } catch (const std::exception& fault) {
      log_.log(log_level::error, "this connection is given up: ", printable(fault.what()));
      // What has become of it is not known.
      post([this] {
        link_.reset();
        socket_.close();
        session_.on_lost(close_code::abnormal, "a failure of the client", clock::now());
      });
    }
  }
  done_ = true;
  done_.notify_all();
}

std::size_t client_core::poll() {
  if (mode_ != mode::polled) {
    choose(mode::polled, "poll()");
    begin();
  }
  return loop_.on_this_thread() ? 0 : loop_.poll();
}

void client_core::stop() {
  close_doors();
  if (loop_.on_this_thread()) {
    post([this] { session_.stop(); });
    return;
  }
  const mode now = mode_;
  if (now == mode::fresh || now == mode::polled) {
    mode_ = mode::polled;
    session_.stop();
    while (loop_.poll() != 0) {
    }
    return;
  }
  post([this] { session_.stop(); });
  done_.wait(false);
  const lock_guard lock(join_mutex_);
  if (thread_.joinable())
    thread_.join();
}

void client_core::close_doors() {
  const lock_guard lock(closing_mutex_);
  closing_ = true;
}

bool client_core::closing() const {
  const lock_guard lock(closing_mutex_);
  return closing_;
}

void client_core::after_turn() {
  alarm_.set(session_.next_due());
  queued_bytes_ = socket_.queued_bytes();
}

std::error_code client_core::subscribe(std::string_view topic, subscribe_options options,
                                       client_publication_handler own) {
  constexpr std::size_t most = 10'000;
  if (!is_name_or_pattern(topic))
    return errc::invalid_topic;
  if (closing())
    return errc::client_closed;
  if (topic::is_valid_pattern(topic))
    options = {};  // they are live only
  post([this, name = std::string(topic), since = std::move(options.since),
        last = std::min(options.last, most), handler = std::move(own)]() mutable {
    session_.subscribe(name, since, last, std::move(handler));
  });
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
                                     message_kind kind, client_publish_handler done) {
  if (!topic::is_valid_name(topic))
    return errc::invalid_topic;
  if (const auto fault = check_payload(payload, kind))
    return fault;
  const lock_guard lock(closing_mutex_);
  if (closing_)
    return errc::client_closed;
  if (unanswered_.fetch_add(1) >= options_.max_buffered_publishes) {
    --unanswered_;
    return errc::overloaded;
  }
  post([this, name = std::string(topic), data = std::string(payload), kind,
        handler = std::move(done)]() mutable {
    session_.publish(name, kind, data, std::move(handler));
  });
  return {};
}

std::error_code client_core::send(std::string_view payload, message_kind kind) {
  if (const auto fault = check_payload(payload, kind))
    return fault;
  if (state_ != client_state::open)
    return errc::connection_gone;
  if (queued_bytes_ + posted_bytes_ + payload.size() > options_.max_queued_bytes)
    return errc::overloaded;
  posted_bytes_ += payload.size();
  post([this, data = std::string(payload), kind] {
    posted_bytes_ -= data.size();
    session_.send(kind, data);
  });
  return {};
}

}  // namespace broadcast_hub
