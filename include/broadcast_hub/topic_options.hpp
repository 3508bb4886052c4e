#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace broadcast_hub {

/// What happens to a subscriber that does not keep up.
enum class slow_consumer_policy : unsigned char {
  disconnect,   ///< closed with 4008, which tells the client to come back and resume
  drop_oldest,  ///< skips the oldest that it has not been sent, never the newest one
  latest        ///< skips all but the newest publication, which such a topic keeps: prices
};

/// Past publications that a topic keeps, for `hub::history` and for clients of bhub.v1 that resume;
/// to one of these `topic_options::max_lag_bytes` of them are sent again at most, while memory is
/// short 64 KiB. They are kept if any of the bounds is set; of those that are set, the one that is
/// met first counts. All zero, the default: none are kept.
struct history_options {
  std::size_t max_publications = 0;      ///< 0: any number, up to the most, which is 1,000,000
  std::chrono::milliseconds max_age{0};  ///< 0: of any age; at most 30 days

  /// Encoded; 1 KiB to 1 GiB, and no more than `topics_options::max_log_bytes`; 0: 1 MiB.
  std::size_t max_bytes = 0;
};

/// Whether and how a topic keeps track of who is subscribed to it by its name.
struct presence_options {
  bool enabled = false;

  /// So many clients are named in one answer or frame at most; beyond, only their number is told.
  /// Range 1 to 100,000.
  std::size_t max_named = 1000;

  /// A user who comes back within this has neither left nor joined; only another info is told. At
  /// most one day. Clients without a user (see `upgrade_reply::user`) leave at once.
  std::chrono::milliseconds grace = std::chrono::seconds(5);
};

/// How one topic treats its subscribers and its past.
struct topic_options {
  slow_consumer_policy slow_consumers = slow_consumer_policy::disconnect;

  /// Bytes of the topic's log that a subscriber may be behind before the policy acts, and the size
  /// of the largest publication, its header of at most 10 bytes included. For whoever gets
  /// publications compressed, compressed bytes count as lag; for clients of bhub.v1 the bytes of
  /// their form, in which binary payloads are a third larger. Range 1 KiB to 1 GiB.
  std::size_t max_lag_bytes = std::size_t{1024} * 1024;

  /// Age of the oldest publication that a subscriber has not been sent before the policy acts,
  /// kept to about half a second. 100 ms to one day; zero: any age.
  std::chrono::milliseconds max_lag = std::chrono::seconds(10);

  history_options history;

  presence_options presence;

  /// Whether clients that speak bhub.v1 may subscribe here by themselves, which is also what lets
  /// them ask for history and presence. See `hub::on_subscribe`, which is asked after this. A
  /// pattern is refused when a rule for any name that it matches says no, even if an earlier rule
  /// lets them have that one. What the application subscribes them to is not asked about.
  bool allow_client_subscribe = true;

  /// Whether they may publish here. See `hub::on_publish`.
  bool allow_client_publish = false;

  /// How long a publication is known by its key, so that a client's retry is not published twice:
  /// less while `topics.max_key_bytes` are used up, and not after a restart. At most one day; zero:
  /// keys say nothing.
  std::chrono::milliseconds dedup_window = std::chrono::minutes(2);
};

/// Options for all topics that match a pattern, or for the one that has the name.
///
/// A topic's name is made of tokens with dots between them, for example "orders.eu.42": at most
/// 255 bytes from 0x21 to 0x7E, no token empty. In a pattern, "*" stands for one token and
/// ">", at the end, for one or more: "orders.*.42", "orders.>".
struct topic_rule {
  std::string pattern;
  topic_options options;
};

/// Everything about the topics of a hub.
struct topics_options {
  topic_options defaults;  ///< for topics that no rule matches

  /// The first that matches a topic is the one. One that comes behind another that matches
  /// everything it does is refused, because it could never count.
  std::vector<topic_rule> rules;

  /// Topics at a time, beside `default`. Range 1 to 10,000,000.
  std::size_t max_topics = 10'000;

  /// Names and patterns that one connection may be subscribed to. Range 1 to 100,000.
  std::size_t max_subscriptions = 128;

  /// Bytes of all topics' logs together. When three quarters are used, histories shrink and
  /// subscribers more than 64 KiB behind meet their topic's policy; when all are used, publishing
  /// reports `errc::overloaded`. Range 1 MiB to 1 TiB.
  std::size_t max_log_bytes = std::size_t{64} * 1024 * 1024;

  /// Bytes of all keys of publications together, about 200 for each. When they are used up the
  /// oldest are forgotten first, of whatever topic. Keys of one user, and those of one connection
  /// that has no user, take a quarter at most; those of `hub::publish` have no limit of their own.
  /// Range 64 KiB to 1 TiB.
  std::size_t max_key_bytes = std::size_t{16} * 1024 * 1024;

  /// How long a topic stays when nobody is subscribed, its history is empty and no key counts any
  /// more. At most one day. While more than half of `max_topics` are there such topics go within a
  /// second, so that they keep nobody out.
  std::chrono::milliseconds linger = std::chrono::seconds(60);
};

}  // namespace broadcast_hub
