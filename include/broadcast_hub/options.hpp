#pragma once

#include <broadcast_hub/export.hpp>
#include <broadcast_hub/log.hpp>
#include <broadcast_hub/topic_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace broadcast_hub {

/// What one connection, and the hub as a whole, may take. Every limit is finite by default.
struct limit_options {
  /// Largest message accepted from a peer, in bytes, all fragments together and decompressed; a
  /// larger one closes the connection with 1009. Range 1 to 1 GiB. Memory for a half-received
  /// message is taken up to this size, so raise it together with `max_partial_bytes`.
  std::size_t max_message_bytes = std::size_t{64} * 1024;

  /// Largest request head (request line and headers), in bytes; a larger one is answered 431.
  /// Range 256 to 12,800, which is what the parser can hold however short the lines are.
  std::size_t max_header_bytes = std::size_t{8} * 1024;

  /// Connections at a time, plain HTTP included; a request past it is answered 503, and sockets
  /// more than 64 past it are dropped.
  /// Range 1 to 1,000,000. The descriptor limit of the process must be higher (`ulimit -n`).
  std::size_t max_connections = 10'000;

  /// Bytes of half-received messages per shard, all connections together; the connection that
  /// would pass it is closed with 1013. Range `max_message_bytes` to 64 GiB.
  std::size_t max_partial_bytes = std::size_t{64} * 1024 * 1024;

  /// Objects and arrays in one another in what a client of bhub.v1 publishes or sends as JSON; past
  /// it the command fails, and the connection lives. What the application publishes may be as deep
  /// as it likes. The hub does not recurse: this protects those who read it. Range 1 to 1,000,000.
  std::size_t max_json_depth = 512;
};

/// How dead peers are found. Times are kept to about a quarter of a second.
struct heartbeat_options {
  /// A ping is sent when nothing has arrived from the peer for this long; where bhub.v1 is spoken,
  /// whatever arrives. At most one day; zero: never.
  std::chrono::milliseconds ping_after = std::chrono::seconds(25);

  /// A peer that sends nothing for this long after a ping is closed with 4000. 1 ms to one day.
  std::chrono::milliseconds pong_within = std::chrono::seconds(10);
};

/// How long things may take. Each 1 ms to one day.
struct timeout_options {
  /// From accepting a socket to its complete request, and again until `on_upgrade` has replied.
  std::chrono::milliseconds handshake = std::chrono::seconds(10);

  /// From the call of `close()`, or the failure, to the end of the connection. Then the socket is
  /// closed anyway.
  std::chrono::milliseconds close = std::chrono::seconds(5);

  /// How long an HTTP connection is kept open without a request (keep-alive).
  std::chrono::milliseconds http_idle = std::chrono::seconds(15);

  /// How long `run()` gives the peers to close after SIGINT or SIGTERM. May be zero.
  std::chrono::milliseconds shutdown = std::chrono::seconds(3);
};

/// What may wait to be sent.
struct outbound_options {
  /// Bytes of direct sends queued per connection, 128 for each message added; the connection that
  /// would pass it is closed with 4008. Publications do not count here. Range 1 KiB to 1 GiB.
  std::size_t max_queued_bytes = std::size_t{1024} * 1024;

  /// Bytes published on one topic, or sent from other threads (256 for each such message added),
  /// that shards have not got to yet; past it `publish` and `send` report `errc::overloaded`. What
  /// is alone is let in. Range: the largest `max_lag_bytes` of any topic, to 64 GiB.
  std::size_t max_backlog_bytes = std::size_t{64} * 1024 * 1024;
};

/// How publications are compressed for the connections of listeners with `permessage_deflate`.
struct compression_options {
  /// Smaller payloads, in bytes, are sent as they are: compressing them costs more than it saves.
  /// 0: even the smallest are tried. At most 1 GiB.
  std::size_t min_payload_bytes = 256;

  /// 1 (fast) to 9 (small). The thread that publishes does the work: a shard, when a handler
  /// publishes.
  int level = 6;
};

/// What clients that speak bhub.v1 are told and allowed.
struct protocol_options {
  /// Bounds of their waits before they connect again: at random between zero and, doubled from
  /// `retry_min` for each attempt, `retry_max`. 1 ms to one day; `retry_min` is not the larger one.
  std::chrono::milliseconds retry_min{500};
  std::chrono::milliseconds retry_max{20'000};

  /// When the hub stops, they are told to come back at a random time within this. At most one day.
  std::chrono::milliseconds comeback_within{30'000};

  /// Frames that are no commands, at once or in the long run in a minute, behind which a connection
  /// is closed with 1008. Range 1 to 1,000,000.
  std::size_t max_faults_per_minute = 30;
};

/// Where log lines go, and which.
struct log_options {
  log_sink sink;                      ///< none: no log
  log_level level = log_level::info;  ///< lines below it are not even formatted
};

/// Everything about a hub that is fixed when it is made.
struct hub_options {
  /// Threads, each with its own loop and its own share of the connections. With one (the default)
  /// no two handlers ever run at the same time. Range 1 to 256.
  unsigned shards = 1;

  limit_options limits;
  heartbeat_options heartbeat;
  timeout_options timeouts;
  outbound_options outbound;
  topics_options topics;
  compression_options compression;
  protocol_options protocol;
  log_options log;
};

/// How the kernel sends for each connection of a listener, and what it keeps for it. A peer that
/// does not read costs this memory too.
struct socket_options {
  /// Whether small messages leave at once (TCP_NODELAY), instead of waiting to be joined with
  /// others until the peer has acknowledged what was sent before. What one turn of the loop sends
  /// leaves together in any case.
  bool no_delay = true;

  /// Size of the send buffer (SO_SNDBUF); the kernel doubles it for its own use. 0: the system
  /// chooses and lets it grow, to 4 MiB on most. Range 4 KiB to 1 GiB, of which the system may
  /// grant less (net.core.wmem_max).
  std::size_t send_buffer_bytes = 0;

  /// Bytes that may wait in the send buffer without having been sent (TCP_NOTSENT_LOWAT); what is
  /// on its way to the peer does not count. More waits in the log of its topic, once for all. 0: as
  /// much as the buffer holds. Range 4 KiB to 1 GiB.
  std::size_t max_unsent_bytes = std::size_t{128} * 1024;
};

/// One place where a hub accepts connections.
struct listen_options {
  /// A numeric IPv4 or IPv6 address of this machine, or "localhost" for both loopback addresses
  /// under one port. "0.0.0.0" and "::" listen on every interface: read
  /// `allowed_origins` first.
  std::string address = "localhost";

  /// 0 lets the system pick a free port; `hub::listen` returns it. Range 0 to 65,535.
  int port = 0;

  /// Whether WebSocket requests are served here; otherwise they are answered 404.
  bool websockets = true;

  /// Paths on which WebSocket requests are served, for example "/live"; others are answered 404.
  /// Empty: every path.
  std::vector<std::string> websocket_paths;

  /// Which pages may connect, compared with the `Origin` header without regard to case, for example
  /// "https://example.com"; "https://*.example.com" stands for every host below that one, but not
  /// for it; "*" admits all. Empty: pages whose host equals the request's `Host`, whatever their
  /// port. That does not stop pages whose name is made to point to this machine (DNS rebinding),
  /// not even on loopback: where it matters, name the origins, with their port unless it is the
  /// scheme's own. "null" and "file://" may be named, which is a risk: pages of anybody can have
  /// the one, and every file that the user opens has the other. A request without `Origin` does not
  /// come from a page and is let in.
  std::vector<std::string> allowed_origins;

  /// With no `allowed_origins`: whether a page of this machine may connect by another of its names
  /// than its own. Then `Origin` and `Host` may each be "localhost", a numeric address of 127/8, or
  /// "[::1]", whatever their ports. Every program on this machine that serves pages is trusted so.
  /// Beside a list of origins, which decides alone, it is refused.
  bool loopback_is_one_host = false;

  /// Whether clients that offer the subprotocol "bhub.v1" get it: they subscribe to topics, publish
  /// where they may, and resume after a break. See docs/reference/protocol.md. Unless
  /// `hub::on_subscribe` says otherwise, they may subscribe to every topic. All others get plain
  /// payloads.
  bool bhub_v1 = true;

  /// Whether clients that offer permessage-deflate (RFC 7692) get publications compressed, and may
  /// compress what they send. Each publication is compressed once, whoever receives it, and without
  /// context from the one before; what `connection::send`, `broadcast_except` and `broadcast_if`
  /// send is not compressed. Do not compress secrets together with what others wrote: the size
  /// then tells about them.
  bool permessage_deflate = false;

  socket_options sockets;

  /// Folder whose files are served to GET and HEAD, but for names that begin with a dot. Links are
  /// followed if they are relative and stay in the folder. Empty: none.
  std::string web_root;
};

/// Checks options before a hub is made.
///
/// Errors: throws `std::invalid_argument` that names the first member out of range, its value and
/// the range.
BROADCAST_HUB_EXPORT void validate(const hub_options& options);

/// As above, for one listener. Whether its address is one, and can be had, `hub::listen` says.
BROADCAST_HUB_EXPORT void validate(const listen_options& options);

}  // namespace broadcast_hub
