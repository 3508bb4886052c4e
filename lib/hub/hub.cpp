#include "base/text.hpp"
#include "base/timer_state.hpp"
#include "hub/hub_core.hpp"
#include "topic/name.hpp"

#include <broadcast_hub/hub.hpp>

#include <stdexcept>
#include <utility>

namespace broadcast_hub {

hub::hub(hub_options options) : core_(std::make_shared<hub_core>(std::move(options))) {}

hub::~hub() {
  core_->stop(std::chrono::seconds(3));
  core_->forget_handlers();
}

void hub::on_upgrade(upgrade_handler handler) {
  hub_handlers& handlers = core_->handlers_before_start("on_upgrade()");
  handlers.on_upgrade = std::move(handler);
  handlers.on_upgrade_async = nullptr;
}

void hub::on_upgrade(async_upgrade_handler handler) {
  hub_handlers& handlers = core_->handlers_before_start("on_upgrade()");
  handlers.on_upgrade_async = std::move(handler);
  handlers.on_upgrade = nullptr;
}

void hub::on_open(open_handler handler) {
  core_->handlers_before_start("on_open()").on_open = std::move(handler);
}

void hub::on_message(message_handler handler) {
  core_->handlers_before_start("on_message()").on_message = std::move(handler);
}

void hub::on_close(close_handler handler) {
  core_->handlers_before_start("on_close()").on_close = std::move(handler);
}

void hub::on_slow(slow_handler handler) {
  core_->handlers_before_start("on_slow()").on_slow = std::move(handler);
}

void hub::on_drain(drain_handler handler) {
  core_->handlers_before_start("on_drain()").on_drain = std::move(handler);
}

void hub::on_subscribe(subscribe_handler handler) {
  core_->handlers_before_start("on_subscribe()").on_subscribe = std::move(handler);
}

void hub::on_publish(publish_handler handler) {
  core_->handlers_before_start("on_publish()").on_publish = std::move(handler);
}

void hub::on_published(published_handler handler) {
  core_->handlers_before_start("on_published()").on_published = std::move(handler);
}

void hub::on_history(history_handler handler) {
  core_->handlers_before_start("on_history()").on_history = std::move(handler);
}

void hub::on_presence(presence_handler handler) {
  core_->handlers_before_start("on_presence()").on_presence = std::move(handler);
}

std::uint16_t hub::listen(int port) {
  listen_options options;
  options.port = port;
  return core_->listen(options);
}

std::uint16_t hub::listen(const listen_options& options) {
  return core_->listen(options);
}

void hub::run() {
  core_->run();
}

void hub::start() {
  core_->start();
}

std::size_t hub::poll() {
  return core_->poll();
}

void hub::stop(std::chrono::milliseconds deadline) {
  core_->stop(deadline);
}

publish_result hub::publish(std::string_view topic, std::string_view payload, message_kind kind,
                            std::string_view key) {
  return core_->publish(topic, payload, kind, key);
}

publish_result hub::broadcast(std::string_view payload, message_kind kind) {
  return core_->publish(topic::default_topic, payload, kind);
}

std::size_t hub::subscriber_count(std::string_view topic) const {
  return core_->subscriber_count(topic);
}

history_result hub::history(std::string_view topic, std::uint64_t since, std::size_t limit) const {
  return core_->history(topic, since, limit);
}

std::error_code hub::broadcast_except(const connection& left_out, std::string_view payload,
                                      message_kind kind) {
  return core_->broadcast_if([left_out](const connection& peer) { return peer != left_out; },
                             payload, kind);
}

std::error_code hub::broadcast_if(const connection_predicate& wanted, std::string_view payload,
                                  message_kind kind) {
  if (!wanted)
    throw std::invalid_argument("broadcast_if() was given an empty function");
  return core_->broadcast_if(wanted, payload, kind);
}

std::error_code hub::for_each_connection(const std::function<void(connection)>& visit) {
  if (!visit)
    throw std::invalid_argument("for_each_connection() was given an empty function");
  return core_->for_each_connection(visit);
}

std::size_t hub::connection_count() const noexcept {
  return core_->connection_count();
}

timer hub::every(std::chrono::milliseconds period, std::function<void()> work) {
  if (period < std::chrono::milliseconds(1)) {
    throw std::invalid_argument(
        join("every() was given a period of ", period.count(), " ms; it must be at least 1 ms"));
  }
  if (!work)
    throw std::invalid_argument("every() was given an empty function");
  auto state = std::make_shared<timer::state>();
  core_->add_timer(state, bounded(period), bounded(period), std::move(work));
  return timer(std::move(state));
}

timer hub::after(std::chrono::milliseconds delay, std::function<void()> work) {
  if (delay < std::chrono::milliseconds(0)) {
    throw std::invalid_argument(
        join("after() was given a delay of ", delay.count(), " ms; it must not be negative"));
  }
  if (!work)
    throw std::invalid_argument("after() was given an empty function");
  auto state = std::make_shared<timer::state>();
  core_->add_timer(state, bounded(delay), duration::zero(), std::move(work));
  return timer(std::move(state));
}

hub_stats hub::stats() const {
  return core_->stats();
}

}  // namespace broadcast_hub
