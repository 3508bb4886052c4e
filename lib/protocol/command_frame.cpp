#include "protocol/command_frame.hpp"

#include "base/text.hpp"
#include "protocol/content.hpp"
#include "protocol/json.hpp"

namespace broadcast_hub::protocol {
namespace {

std::string in_quotes(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string open_command(std::uint64_t id) {
  return id == 0 ? "{" : join(R"({"id":)", id, ",");
}

std::string place(const topic_position& at) {
  return join(R"("e":)", in_quotes(at.epoch), R"(,"o":)", at.offset);
}

std::string entry_value(const subscribe_entry& entry) {
  std::string members;
  std::string_view between;
  const auto add = [&](std::string_view member) {
    members += join(between, member);
    between = ",";
  };
  if (entry.presence)
    add(R"("presence":true)");
  if (entry.since)
    add(place(*entry.since));
  if (entry.last != 0)
    add(join(R"("last":)", entry.last));
  return join("{", members, "}");
}

}  // namespace

std::string write_subscribe(std::uint64_t id, const std::vector<subscribe_entry>& topics) {
  std::string out = open_command(id) + R"("sub":{)";
  std::string_view between;
  for (const subscribe_entry& entry : topics) {
    out += join(between, in_quotes(entry.topic), ":", entry_value(entry));
    between = ",";
  }
  return out + "}}";
}

std::string write_unsubscribe(std::uint64_t id, const std::vector<std::string_view>& topics) {
  std::string out = open_command(id) + R"("unsub":[)";
  std::string_view between;
  for (const std::string_view topic : topics) {
    out += join(between, in_quotes(topic));
    between = ",";
  }
  return out + "]}";
}

std::string write_publish(std::uint64_t id, std::string_view topic, message_kind kind,
                          std::string_view payload, std::string_view key) {
  std::string held;
  const content_text data = write_content(kind, payload, held);
  const std::string key_member = key.empty() ? std::string() : R"(,"key":)" + in_quotes(key);
  return join(open_command(id), R"("pub":)", in_quotes(topic), key_member, data.before, data.value,
              data.after);
}

std::string write_presence_command(std::uint64_t id, std::string_view topic) {
  return join(open_command(id), R"("presence":)", in_quotes(topic), "}");
}

std::string write_history_command(std::uint64_t id, std::string_view topic,
                                  const std::optional<topic_position>& since, std::size_t limit,
                                  std::size_t last) {
  if (last != 0)
    return join(open_command(id), R"("history":)", in_quotes(topic), R"(,"last":)", last, "}");
  const std::string from = since ? join(R"(,"since":{)", place(*since), "}") : std::string();
  return join(open_command(id), R"("history":)", in_quotes(topic), from, R"(,"limit":)", limit,
              "}");
}

}  // namespace broadcast_hub::protocol
