#include "protocol/server_frame_reader.hpp"

#include "protocol/value_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace broadcast_hub::protocol {
namespace {

using json_node = json_document::value;
using node_kind = json_document::kind;

constexpr integer_range any_integer{0, max_integer};
/// A day: what no time on the wire needs to be longer than.
constexpr integer_range any_time{0, 86'400'000};

struct server_members {
  known_member id{"id"};
  known_member hello{"hello"};
  known_member bye{"bye"};
  known_member sub{"sub"};
  known_member unsub{"unsub"};
  known_member t{"t"};
  known_member ok{"ok"};
  known_member error{"error"};
  known_member e{"e"};
  known_member o{"o"};
  known_member n{"n"};
  known_member rec{"rec"};
  known_member why{"why"};
  known_member m{"m"};
  known_member more{"more"};
  known_member join{"join"};
  known_member leave{"leave"};
  known_member msg{"msg"};
  known_member d{"d"};
  known_member s{"s"};
  known_member b{"b"};
  known_member code{"code"};
  known_member reason{"reason"};
};

/// Reads what a frame that is JSON says. Its functions return false when the values have refused
/// something.
class said_reader {
 public:
  explicit said_reader(const json_document& document) noexcept
      : document_(document), values_(document) {}

  bool read(server_says& to) {
    const json_node& frame = document_.values().front();
    if (frame.what != node_kind::object)
      return values_.refuse("a frame must be an object");
    server_members& has = has_;
    return values_.find(frame, {&has.id,  &has.hello, &has.bye,  &has.sub,    &has.unsub, &has.t,
                                &has.ok,  &has.error, &has.e,    &has.o,      &has.n,     &has.rec,
                                &has.why, &has.m,     &has.join, &has.leave,  &has.msg,   &has.d,
                                &has.s,   &has.b,     &has.code, &has.reason, &has.more}) &&
           values_.read_integer(has.id, any_integer, id_) && read_kind(frame, to);
  }

  std::string reason() const { return values_.fault(0).reason; }

 private:
  static bool there(const known_member& one) noexcept { return one.given != nullptr; }

  bool read_kind(const json_node& frame, server_says& to) {
    if (there(has_.hello))
      return read_hello(to.emplace<hello_said>());
    if (there(has_.bye))
      return read_bye(to.emplace<bye_said>());
    if (there(has_.error))
      return read_failure(to.emplace<failure_said>());
    if (there(has_.sub))
      return read_subscribed(to.emplace<subscribed_said>());
    if (there(has_.ok))
      return read_ok(to.emplace<ok_said>());
    if (there(has_.unsub))
      return read_unsubscribed(to.emplace<unsubscribed_said>());
    if (there(has_.t) && there(has_.o))
      return read_publication(to.emplace<publication_said>());
    if (there(has_.t) && there(has_.n))
      return read_presence(to.emplace<presence_said>());
    if (there(has_.t))
      return true;
    if (there(has_.msg) || there(has_.s) || there(has_.b))
      return read_content(has_.msg, has_.s, has_.b, to.emplace<message_said>().data);
    if (frame.next == 1)  // nothing is in it
      to.emplace<ping_said>();
    return true;
  }

  /// An object within the frame; what it has is named with its name from now on.
  bool enter(const known_member& outer, std::initializer_list<known_member*> wanted) {
    if (outer.given->what != node_kind::object)
      return values_.refuse(outer, "an object");
    values_.set_path(outer.name);
    return values_.find(*outer.given, wanted);
  }

  bool read_hello(hello_said& to) {
    known_member cid{"cid"};
    known_member ping{"ping"};
    known_member retry{"retry"};
    known_member max{"max"};
    known_member window{"window"};
    return enter(has_.hello, {&cid, &ping, &retry, &max, &window}) &&
           values_.read_string(cid, to.client_id) && read_time(ping, to.ping) &&
           read_range(retry, to.retry_min, to.retry_max) &&
           values_.read_integer(max, any_integer, to.max_message_bytes) &&
           read_window(window, to.window);
  }

  bool read_bye(bye_said& to) {
    known_member after{"after"};
    return enter(has_.bye, {&after}) && read_range(after, to.earliest, to.latest);
  }

  bool read_failure(failure_said& to) {
    known_member code{"code"};
    known_member reason{"reason"};
    known_member retry_after{"retry_after"};
    to.id = id_;
    if (there(has_.sub) && !values_.read_topic(has_.sub, to.topic))
      return false;
    return enter(has_.error, {&code, &reason, &retry_after}) && need(code) &&
           values_.read_integer(code, any_integer, to.code) &&
           values_.read_string(reason, to.reason) && read_time(retry_after, to.retry_after);
  }

  bool read_subscribed(subscribed_said& to) {
    to.id = id_;
    bool recovered = false;
    std::string mode;
    if (!values_.read_topic(has_.sub, to.topic) || !read_place(has_.e, has_.o, to.reached) ||
        !values_.read_boolean(has_.rec, recovered) || !values_.read_string(has_.why, to.why) ||
        !values_.read_integer(has_.n, any_integer, to.replayed) ||
        !values_.read_string(has_.m, mode) || !values_.read_boolean(has_.more, to.more))
      return false;
    if (there(has_.rec))
      to.recovered = recovered;
    to.skips = mode == "latest" || mode == "drop_oldest";
    return !to.reached || to.replayed <= to.reached->offset ||
           values_.refuse(has_.n, "at most what o is");
  }

  bool read_ok(ok_said& to) {
    known_member e{"e"};
    known_member o{"o"};
    known_member items{"items"};
    known_member clients{"clients"};
    known_member n{"n"};
    known_member window{"window"};
    known_member more{"more"};
    to.id = id_;
    return enter(has_.ok, {&e, &o, &items, &clients, &n, &window, &more}) &&
           read_place(e, o, to.at) && values_.read_integer(n, any_integer, to.count) &&
           read_window(window, to.window) && values_.read_boolean(more, to.more) &&
           read_items(items, to.items) && read_clients(clients, to.clients);
  }

  /// `[{"o":11,"d":{...}},...]`
  bool read_items(const known_member& from, std::vector<past_publication>& to) {
    return each_object_in(from, has_.ok.name, [&](const json_node& given) {
      known_member o{"o"};
      known_member d{"d"};
      known_member s{"s"};
      known_member b{"b"};
      content data;
      past_publication read;
      if (!values_.find(given, {&o, &d, &s, &b}) || !need(o) ||
          !values_.read_integer(o, {1, max_integer}, read.offset) || !read_content(d, s, b, data))
        return false;
      read.payload = std::move(data.bytes);
      read.kind = data.kind;
      to.push_back(std::move(read));
      return true;
    });
  }

  /// `{"c1":{"user":"u1","info":{...}},...}`
  bool read_clients(const known_member& from, std::vector<client_subscriber>& to) {
    if (!there(from))
      return true;
    const auto is_object = [](const json_node& key, const json_node& one) {
      return one.what == node_kind::object && !key.has_half;
    };
    if (from.given->what != node_kind::object || !document_.each_member(*from.given, is_object))
      return values_.refuse(from, "an object of objects");
    values_.set_path(has_.ok.name, from.name);
    return document_.each_member(*from.given, [&](const json_node& key, const json_node& given) {
      known_member ignored{"cid"};
      client_subscriber read;
      read.id = document_.text_of(key);
      if (!read_client(given, ignored, read))
        return false;
      to.push_back(std::move(read));
      return true;
    });
  }

  bool read_presence(presence_said& to) {
    return values_.read_topic(has_.t, to.topic) &&
           values_.read_integer(has_.n, any_integer, to.count) && read_list(has_.join, to.joined) &&
           read_list(has_.leave, to.left);
  }

  /// `[{"cid":"c1","user":"u1"},...]`
  bool read_list(const known_member& from, std::vector<client_subscriber>& to) {
    return each_object_in(from, {}, [&](const json_node& given) {
      known_member cid{"cid"};
      client_subscriber read;
      if (!read_client(given, cid, read) || !need(cid) || !values_.read_string(cid, read.id))
        return false;
      to.push_back(std::move(read));
      return true;
    });
  }

  bool read_client(const json_node& from, known_member& cid, client_subscriber& to) {
    known_member user{"user"};
    known_member info{"info"};
    if (!values_.find(from, {&cid, &user, &info}) || !values_.read_string(user, to.user))
      return false;
    if (!there(info))
      return true;
    const std::string_view source = document_.source(*info.given);
    std::string held;
    to.info = unquote(source, held).value_or(source);
    return true;
  }

  /// `outer`: what `from` is in; empty: the frame.
  template <typename Take>
  bool each_object_in(const known_member& from, std::string_view outer, Take take) {
    if (!there(from))
      return true;
    const auto is_object = [](const json_node& one) { return one.what == node_kind::object; };
    if (from.given->what != node_kind::array || !document_.each_element(*from.given, is_object))
      return values_.refuse(from, "an array of objects");
    if (outer.empty())
      values_.set_path(from.name);
    else
      values_.set_path(outer, from.name);
    const bool read = document_.each_element(*from.given, take);
    values_.set_path(outer);
    return read;
  }

  bool read_unsubscribed(unsubscribed_said& to) {
    return values_.read_topic(has_.unsub, to.topic) && need(has_.code) &&
           values_.read_integer(has_.code, any_integer, to.code) &&
           values_.read_string(has_.reason, to.reason);
  }

  bool read_publication(publication_said& to) {
    return values_.read_topic(has_.t, to.topic) &&
           values_.read_integer(has_.o, {1, max_integer}, to.offset) &&
           read_content(has_.d, has_.s, has_.b, to.data);
  }

  /// `json`: the member that has JSON; `s` and `b` may be there instead.
  bool read_content(const known_member& json, const known_member& s, const known_member& b,
                    content& to) {
    const auto count = [](const known_member& one) { return there(one) ? 1 : 0; };
    if (count(json) + count(s) + count(b) != 1)
      return values_.refuse(
          std::string("exactly one of ").append(json.name).append(", s and b must be there"));
    to.kind = there(b) ? message_kind::binary : message_kind::text;
    if (there(json))
      to.bytes = document_.source(*json.given);
    return values_.read_string(s, to.bytes) && values_.read_bytes(b, to.bytes);
  }

  bool read_place(const known_member& e, const known_member& o, std::optional<topic_position>& to) {
    if (!there(e) && !there(o))
      return true;
    topic_position read;
    if (!need(e) || !need(o) || !values_.read_string(e, read.epoch) ||
        !values_.read_integer(o, any_integer, read.offset))
      return false;
    to = std::move(read);
    return true;
  }

  bool read_time(const known_member& from, std::chrono::milliseconds& to) {
    std::uint64_t count = 0;
    if (!values_.read_integer(from, any_time, count))
      return false;
    to = std::chrono::milliseconds(count);
    return true;
  }

  /// It may be any number of days; ten years stand for more.
  bool read_window(const known_member& from, std::optional<std::chrono::milliseconds>& to) {
    constexpr std::uint64_t most = std::uint64_t{10} * 365 * 86'400'000;
    std::uint64_t count = 0;
    if (!values_.read_integer(from, any_integer, count))
      return false;
    if (there(from))
      to = std::chrono::milliseconds(std::min(count, most));
    return true;
  }

  /// `[500,20000]`
  bool read_range(const known_member& from, std::chrono::milliseconds& least,
                  std::chrono::milliseconds& most) {
    if (!there(from))
      return true;
    std::array<std::chrono::milliseconds, 2> bounds{};
    std::size_t count = 0;
    const bool readable =
        from.given->what == node_kind::array &&
        document_.each_element(*from.given, [&](const json_node& given) {
          return count < bounds.size() && read_time({from.name, &given}, bounds[count++]);
        });
    if (!readable || count != bounds.size() || bounds[0] > bounds[1])
      return values_.refuse(from, "two times in milliseconds, the smaller one first");
    least = bounds[0];
    most = bounds[1];
    return true;
  }

  bool need(const known_member& one) {
    return there(one) || values_.refuse(values_.path_of(one.name) + " is missing");
  }

  const json_document& document_;
  value_reader values_;
  server_members has_;
  std::uint64_t id_ = 0;
};

}  // namespace

std::variant<server_says, server_fault> server_frame_reader::read(std::string_view frame) {
  std::string wrong = document_.parse(frame);
  if (!wrong.empty())
    return server_fault{"the frame is not JSON: " + std::move(wrong)};
  server_says said;
  said_reader reader(document_);
  if (!reader.read(said))
    return server_fault{reader.reason()};
  return said;
}

}  // namespace broadcast_hub::protocol
