#pragma once

/// Forward declarations of the public types.
namespace broadcast_hub {

class client;
class connection;
class hub;
class timer;
class upgrade_responder;

struct client_options;
struct close_event;
struct connection_id;
struct hub_options;
struct history_options;
struct history_result;
struct hub_stats;
struct listen_options;
struct log_record;
struct message;
struct past_publication;
struct publish_result;
struct socket_options;
struct topic_options;
struct topic_position;
struct topic_rule;
struct topics_options;
struct upgrade_reply;
struct upgrade_request;

}  // namespace broadcast_hub
