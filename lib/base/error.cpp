#include <broadcast_hub/error.hpp>

namespace broadcast_hub {
namespace {

class hub_error_category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "broadcast_hub"; }

  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::connection_gone:
        return "the connection has ended";
      case errc::connection_closing:
        return "the connection is closing";
      case errc::invalid_utf8:
        return "the text is not valid UTF-8; send it as binary";
      case errc::invalid_close_code:
        return "a close code must be 1000-1003, 1007-1014 or 3000-4999";
      case errc::close_reason_too_long:
        return "a close reason must be at most 123 bytes";
      case errc::message_too_big:
        return "the message is larger than outbound.max_queued_bytes (sends), the topic's "
               "max_lag_bytes or topics.max_log_bytes (publications), or, from a client, than "
               "client_options.max_message_bytes or the hub's limits.max_message_bytes";
      case errc::overloaded:
        return "more waits to be sent than outbound.max_queued_bytes, outbound.max_backlog_bytes "
               "or topics.max_log_bytes allow";
      case errc::hub_stopped:
        return "the hub is stopping or has stopped; make a new one";
      case errc::address_in_use:
        return "the address is in use by another program; choose another port, or 0 for a free one";
      case errc::address_not_available:
        return "no interface of this machine has that address";
      case errc::permission_denied:
        return "permission denied by the operating system";
      case errc::out_of_resources:
        return "out of descriptors, memory or threads";
      case errc::io_error:
        return "input or output failed";
      case errc::invalid_topic:
        return "a topic is made of tokens of 0x21-0x7E with dots between them, 255 bytes at most; "
               "\"*\" and \">\" are for patterns only, as whole tokens, \">\" at the end";
      case errc::too_many_topics:
        return "the hub has as many topics as topics.max_topics allows";
      case errc::too_many_subscriptions:
        return "the connection has as many subscriptions as topics.max_subscriptions allows";
      case errc::already_subscribed:
        return "the connection is subscribed to that name or pattern already";
      case errc::not_subscribed:
        return "the connection is not subscribed to that name or pattern";
      case errc::refused:
        return "the server refused";
      case errc::client_closed:
        return "the client has ended; make a new one";
      case errc::key_conflict:
        return "the key is known, with other content; give each publication a key of its own";
      case errc::outcome_unknown:
        return "whether it was published is not known: the answer was lost, and so much time has "
               "passed that the hub might publish it twice; see topic_options.dedup_window";
      case errc::invalid_key:
        return "a key must be 1 to 128 bytes of UTF-8";
      case errc::not_for_patterns:
        return "a pattern has neither a position (since) nor presence; subscribe to names for "
               "those";
    }
    return "unknown error";
  }

  std::error_condition default_error_condition(int value) const noexcept override {
    switch (static_cast<errc>(value)) {
      case errc::overloaded:
      case errc::too_many_topics:
      case errc::too_many_subscriptions:
        return condition::overloaded;
      case errc::connection_gone:
      case errc::connection_closing:
      case errc::hub_stopped:
      case errc::client_closed:
      case errc::outcome_unknown:
        return condition::unavailable;
      case errc::invalid_key:
      case errc::not_for_patterns:
      case errc::invalid_utf8:
      case errc::invalid_close_code:
      case errc::close_reason_too_long:
      case errc::message_too_big:
      case errc::invalid_topic:
      case errc::already_subscribed:
      case errc::not_subscribed:
      case errc::refused:
      case errc::key_conflict:
        return condition::invalid_input;
      default:
        return condition::system;
    }
  }
};

class hub_condition_category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "broadcast_hub.condition"; }

  std::string message(int value) const override {
    switch (static_cast<condition>(value)) {
      case condition::overloaded:
        return "overloaded";
      case condition::unavailable:
        return "unavailable";
      case condition::invalid_input:
        return "invalid input";
      case condition::system:
        return "refused by the operating system";
    }
    return "unknown condition";
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const hub_error_category category;
  return category;
}

const std::error_category& condition_category() noexcept {
  static const hub_condition_category category;
  return category;
}

std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), error_category()};
}

std::error_condition make_error_condition(condition situation) noexcept {
  return {static_cast<int>(situation), condition_category()};
}

}  // namespace broadcast_hub
