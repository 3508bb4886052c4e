#include "protocol/command_decoder.hpp"

#include "base/text.hpp"
#include "protocol/value_reader.hpp"

#include <algorithm>
#include <utility>

namespace broadcast_hub::protocol {
namespace {

using json_kind = json_document::kind;
using json_value = json_document::value;

constexpr integer_range ids{1, max_integer};
constexpr integer_range lasts{0, 10'000};
constexpr integer_range limits_of_history{1, 1000};

constexpr std::string_view half_of_a_pair = "an escape that is half of a surrogate pair";

/// What commands know of a frame.
struct frame_members {
  known_member id{"id"};
  known_member sub{"sub"};
  known_member unsub{"unsub"};
  known_member pub{"pub"};
  known_member presence{"presence"};
  known_member history{"history"};
  known_member msg{"msg"};
  known_member d{"d"};
  known_member s{"s"};
  known_member b{"b"};
  known_member key{"key"};
  known_member since{"since"};
  known_member limit{"limit"};
  known_member last{"last"};
};

/// Reads the command of a frame that is JSON. Its functions return false when the values have
/// refused something.
class command_reader {
 public:
  command_reader(const json_document& document, const command_limits& limits) noexcept
      : document_(document), limits_(limits), values_(document) {}

  bool read(command& to) {
    const json_value& frame = document_.values().front();
    if (frame.what != json_kind::object)
      return values_.refuse("a frame must be an object");
    if (const json_value* half = document_.first_half(); half != nullptr)
      return values_.refuse(join(half_of_a_pair, ", at byte ", half->begin));
    frame_members& has = has_;
    return values_.find(frame, {&has.id, &has.sub, &has.unsub, &has.pub, &has.presence,
                                &has.history, &has.msg, &has.d, &has.s, &has.b, &has.key,
                                &has.since, &has.limit, &has.last}) &&
           values_.read_integer(has.id, ids, to.id) && read_command(to);
  }

  command_fault fault(std::uint64_t id) const {
    command_fault why = values_.fault(id);
    why.of_content = refuses_content_;
    return why;
  }

 private:
  bool read_command(command& to) {
    const known_member* chosen = nullptr;
    if (!choose(chosen))
      return false;
    if (chosen == nullptr)
      return read_no_command();
    if (chosen == &has_.sub)
      return read_subscribe(to.what.emplace<subscribe_command>());
    if (chosen == &has_.unsub)
      return read_unsubscribe(to.what.emplace<unsubscribe_command>());
    if (chosen == &has_.pub)
      return read_publish(to.what.emplace<publish_command>());
    if (chosen == &has_.presence)
      return values_.read_topic(has_.presence, to.what.emplace<presence_command>().topic);
    if (chosen == &has_.history)
      return read_history(to.what.emplace<history_command>());
    return read_content(has_.msg, to.what.emplace<message_command>().data);
  }

  /// The member that is the command, if there is one.
  bool choose(const known_member*& chosen) {
    // With `pub`, these two are what it publishes.
    const bool messages = has_.pub.given == nullptr;
    for (const known_member* one : {&has_.sub, &has_.unsub, &has_.pub, &has_.presence,
                                    &has_.history, &has_.msg, &has_.s, &has_.b}) {
      if (one->given == nullptr || (!messages && (one == &has_.s || one == &has_.b)))
        continue;
      if (chosen != nullptr) {
        return values_.refuse(
            join("a frame has one command, and this one has ", chosen->name, " and ", one->name));
      }
      chosen = one;
    }
    return true;
  }

  /// Whoever gives an id waits for a reply. Without one, members that nobody knows are as none.
  bool read_no_command() {
    return has_.id.given == nullptr ||
           values_.refuse("none of sub, unsub, pub, presence, history and msg is there",
                          error_code::unknown_command);
  }

  bool read_subscribe(subscribe_command& to) {
    const auto read_one = [&](const json_value& key, const json_value& given) {
      return check_count(has_.sub, to.topics.size() + 1) &&
             read_entry(document_.text_of(key), given, to.topics.emplace_back());
    };
    if (has_.sub.given->what != json_kind::object)
      return values_.refuse(has_.sub, "an object");
    return document_.each_member(*has_.sub.given, read_one) &&
           check_count(has_.sub, to.topics.size()) && check_names(to.topics);
  }

  bool read_entry(std::string_view topic, const json_value& given, subscribe_command::entry& to) {
    if (topic.empty())
      return values_.refuse("sub has a topic without a name");
    values_.set_path(has_.sub.name);
    if (given.what != json_kind::object)
      return values_.refuse({topic, &given}, "an object");
    values_.set_path(has_.sub.name, topic);
    known_member e{"e"};
    known_member o{"o"};
    known_member last{"last"};
    known_member presence{"presence"};
    to.topic = topic;
    return values_.find(given, {&e, &o, &last, &presence}) &&
           values_.read_position(e, o, to.since) && values_.read_integer(last, lasts, to.last) &&
           values_.read_boolean(presence, to.presence);
  }

  bool check_names(const std::vector<subscribe_command::entry>& topics) {
    std::vector<std::string_view> names;
    names.reserve(topics.size());
    for (const subscribe_command::entry& one : topics)
      names.push_back(one.topic);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    values_.set_path(has_.sub.name);
    return twice == names.end() || values_.refuse(values_.path_of(*twice) + " is there twice");
  }

  bool read_unsubscribe(unsubscribe_command& to) {
    const auto read_one = [&](const json_value& given) {
      return check_count(has_.unsub, to.topics.size() + 1) &&
             values_.read_topic({"unsub[]", &given}, to.topics.emplace_back());
    };
    if (has_.unsub.given->what != json_kind::array)
      return values_.refuse(has_.unsub, "an array");
    return document_.each_element(*has_.unsub.given, read_one) &&
           check_count(has_.unsub, to.topics.size());
  }

  /// One without topics would get no reply.
  bool check_count(const known_member& list, std::size_t count) {
    if (count == 0)
      return values_.refuse(join(list.name, " has no topic"));
    return count <= limits_.max_topics ||
           values_.refuse(join(list.name, " has more than ", limits_.max_topics, " topics"),
                          error_code::limit_exceeded);
  }

  bool read_publish(publish_command& to) {
    return values_.read_topic(has_.pub, to.topic) && read_key(to.key) &&
           read_content(has_.d, to.data);
  }

  bool read_key(std::string& to) {
    if (!values_.read_string(has_.key, to))
      return false;
    if (has_.key.given == nullptr || (!to.empty() && to.size() <= limits_.max_key_bytes))
      return true;
    return values_.refuse(has_.key, join("a string of 1 to ", limits_.max_key_bytes, " bytes"));
  }

  /// `json`: the member that has JSON; `s` and `b` may be there instead.
  bool read_content(const known_member& json, content& to) {
    const auto there = [](const known_member& one) { return one.given != nullptr ? 1 : 0; };
    if (there(json) + there(has_.s) + there(has_.b) != 1)
      return values_.refuse(join("exactly one of ", json.name, ", s and b must be there"));
    to.kind = there(has_.b) == 1 ? message_kind::binary : message_kind::text;
    if (json.given != nullptr) {
      to.bytes = document_.source(*json.given);
      return json.given->depth <= limits_.max_json_depth || refuse_depth(json);
    }
    if (values_.read_string(has_.s, to.bytes))
      return values_.read_bytes(has_.b, to.bytes);
    refuses_content_ = has_.s.given->what == json_kind::string;
    return false;
  }

  bool refuse_depth(const known_member& json) {
    refuses_content_ = true;
    return values_.refuse(join(json.name, " has ", json.given->depth,
                               " values in one another; limits.max_json_depth is ",
                               limits_.max_json_depth));
  }

  bool read_history(history_command& to) {
    const bool ranged = has_.since.given != nullptr || has_.limit.given != nullptr;
    if (has_.last.given != nullptr && ranged)
      return values_.refuse("last must be alone: without since and limit");
    return values_.read_topic(has_.history, to.topic) &&
           values_.read_integer(has_.last, limits_of_history, to.last) &&
           values_.read_integer(has_.limit, limits_of_history, to.limit) && read_since(to.since);
  }

  bool read_since(std::optional<position>& to) {
    if (has_.since.given == nullptr)
      return true;
    known_member e{"e"};
    known_member o{"o"};
    if (has_.since.given->what != json_kind::object)
      return values_.refuse(has_.since, "an object with e and o");
    values_.set_path(has_.since.name);
    if (!values_.find(*has_.since.given, {&e, &o}) || !values_.read_position(e, o, to))
      return false;
    values_.set_path({});
    return to || values_.refuse(has_.since, "an object with e and o");
  }

  const json_document& document_;
  const command_limits& limits_;
  value_reader values_;
  frame_members has_;
  bool refuses_content_ = false;
};

/// The id of a frame that may be broken elsewhere; 0 when it is not certain.
std::uint64_t readable_id(const json_document& document, std::size_t frame_size) {
  const auto& values = document.values();
  if (values.empty() || values.front().what != json_kind::object)
    return 0;
  std::uint64_t id = 0;
  std::size_t count = 0;
  document.each_member(values.front(), [&](const json_value& key, const json_value& given) {
    if (document.text_of(key) != "id")
      return true;
    ++count;
    // At the end of a frame that is cut off, digits may be missing.
    if (given.end < frame_size)
      id = integer_in(given, ids).value_or(0);
    return true;
  });
  return count == 1 ? id : 0;
}

}  // namespace

std::variant<command, command_fault> command_decoder::decode(std::string_view frame) {
  const std::string wrong = document_.parse(frame);
  const auto id = [&] { return readable_id(document_, frame.size()); };
  if (!wrong.empty())
    return command_fault{id(), error_code::malformed, "the frame is not JSON: " + wrong};
  command read;
  command_reader reader(document_, limits_);
  if (!reader.read(read))
    return reader.fault(id());
  return read;
}

}  // namespace broadcast_hub::protocol
