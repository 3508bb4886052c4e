#include "client/core.hpp"

#include <broadcast_hub/client.hpp>

#include <utility>

namespace broadcast_hub {

client::client(client_options options) : core_(std::make_unique<client_core>(std::move(options))) {}

client::~client() {
  if (core_->is_left_by_a_handler())
    core_.release();  // NOLINT(bugprone-unused-return-value): it deletes itself
}

void client::on_state(client_state_handler handler) {
  core_->handlers_before_start("on_state()").on_state = std::move(handler);
}

void client::on_publication(client_publication_handler handler) {
  core_->handlers_before_start("on_publication()").on_publication = std::move(handler);
}

void client::on_subscribed(client_subscribed_handler handler) {
  core_->handlers_before_start("on_subscribed()").on_subscribed = std::move(handler);
}

void client::on_unsubscribed(client_unsubscribed_handler handler) {
  core_->handlers_before_start("on_unsubscribed()").on_unsubscribed = std::move(handler);
}

void client::on_presence(client_presence_handler handler) {
  core_->handlers_before_start("on_presence()").on_presence = std::move(handler);
}

void client::on_message(client_message_handler handler) {
  core_->handlers_before_start("on_message()").on_message = std::move(handler);
}

void client::on_error(client_error_handler handler) {
  core_->handlers_before_start("on_error()").on_error = std::move(handler);
}

void client::start() {
  core_->start();
}

void client::run() {
  core_->run();
}

std::size_t client::poll() {
  return core_->poll();
}

void client::stop() {
  core_->stop();
}

std::error_code client::subscribe(std::string_view topic, subscribe_options options,
                                  client_publication_handler own) {
  return core_->subscribe(topic, std::move(options), std::move(own));
}

std::error_code client::subscribe(std::string_view topic, client_publication_handler own) {
  return core_->subscribe(topic, {}, std::move(own));
}

std::error_code client::unsubscribe(std::string_view topic) {
  return core_->unsubscribe(topic);
}

std::error_code client::publish(std::string_view topic, std::string_view payload, message_kind kind,
                                client_publish_handler done) {
  return core_->publish(topic, payload, {kind, std::nullopt}, std::move(done));
}

std::error_code client::publish(std::string_view topic, std::string_view payload,
                                const client_publish_options& how, client_publish_handler done) {
  return core_->publish(topic, payload, how, std::move(done));
}

std::error_code client::presence(std::string_view topic, client_presence_result_handler done) {
  return core_->presence(topic, std::move(done));
}

std::error_code client::history(std::string_view topic, const client_history_query& wanted,
                                client_history_handler done) {
  return core_->history(topic, wanted, std::move(done));
}

std::error_code client::send(std::string_view payload, message_kind kind) {
  return core_->send(payload, kind);
}

client_state client::state() const noexcept {
  return core_->state();
}

}  // namespace broadcast_hub
