#include "protocol/server_frame.hpp"

#include "base/text.hpp"
#include "protocol/json.hpp"

namespace broadcast_hub::protocol {
namespace {

/// A string as JSON has it.
struct quoted {
  std::string_view text;
};
void append_text(std::string& out, quoted part) {
  append_json_string(out, part.text);
}

/// `"e":"k9f2","o":41`
std::string position_members(const position& at) {
  return join(R"("e":")", to_text(at.epoch), R"(","o":)", at.offset);
}

/// The beginning of a frame; what nobody asked for with an id has none.
std::string open_frame(std::uint64_t id) {
  return id == 0 ? "{" : join(R"({"id":)", id, ",");
}

std::string_view word_for(no_recovery why) noexcept {
  switch (why) {
    case no_recovery::epoch:
      return "epoch";
    case no_recovery::gap:
      return "gap";
    case no_recovery::limit:
      return "limit";
    case no_recovery::none:
      break;
  }
  return {};
}

std::string recovery(const subscribed& said) {
  if (!said.asked)
    return {};
  if (said.why == no_recovery::none)
    return R"(,"rec":true)";
  return join(R"(,"rec":false,"why":")", word_for(said.why), "\"");
}

std::string window_member(std::optional<std::chrono::milliseconds> window) {
  return window ? join(R"(,"window":)", window->count()) : std::string();
}

std::string_view mode(skips skipped) noexcept {
  switch (skipped) {
    case skips::latest:
      return R"(,"m":"latest")";
    case skips::drop_oldest:
      return R"(,"m":"drop_oldest")";
    case skips::none:
      break;
  }
  return {};
}

}  // namespace

std::string write_hello(const hello& said) {
  return join(R"({"hello":{"cid":)", quoted{said.client_id}, R"(,"ping":)", said.ping.count(),
              R"(,"retry":[)", said.retry_min.count(), ",", said.retry_max.count(), "]",
              said.max_message_bytes == 0 ? "" : join(R"(,"max":)", said.max_message_bytes),
              window_member(said.window), R"(,"v":)", quoted{said.version}, "}}");
}

std::string write_subscribed(const subscribed& said) {
  std::string out = join(open_frame(said.id), R"("sub":)", quoted{said.topic});
  if (!said.pattern)
    out += join(",", position_members(said.reached), recovery(said), R"(,"n":)", said.replayed);
  if (said.pattern && said.newest)
    out += join(R"(,"n":)", said.replayed, said.more ? R"(,"more":true)" : "");
  return join(out, mode(said.skipped), "}");
}

std::string write_failed(const failed& said) {
  std::string out = open_frame(said.id);
  if (!said.topic.empty())
    out += join(R"("sub":)", quoted{said.topic}, ",");
  out += join(R"("error":{"code":)", static_cast<int>(said.code), R"(,"reason":)",
              quoted{said.reason});
  if (said.retry_after.count() != 0)
    out += join(R"(,"retry_after":)", said.retry_after.count());
  return out + "}}";
}

std::string write_ok(std::uint64_t id) {
  return join(open_frame(id), R"("ok":{}})");
}

std::string write_published(std::uint64_t id, const position& at,
                            std::optional<std::chrono::milliseconds> window) {
  return join(open_frame(id), R"("ok":{)", position_members(at), window_member(window), "}}");
}

std::string write_history(std::uint64_t id, const position& newest,
                          const std::vector<past_item>& items, bool more) {
  std::string out = join(open_frame(id), R"("ok":{)", position_members(newest), R"(,"items":[)");
  std::string held;
  std::string_view between;
  for (const past_item& item : items) {
    const content_text data = write_content(item.data.kind, item.data.bytes, held);
    out += join(between, R"({"o":)", item.offset, data.before, data.value, data.after);
    between = ",";
  }
  return out + (more ? R"(],"more":true}})" : "]}}");
}

std::string write_unsubscribed(std::string_view topic, unsigned code, std::string_view reason) {
  return join(R"({"unsub":)", quoted{topic}, R"(,"code":)", code, R"(,"reason":)", quoted{reason},
              "}");
}

std::string write_bye(std::chrono::milliseconds earliest, std::chrono::milliseconds latest) {
  return join(R"({"bye":{"after":[)", earliest.count(), ",", latest.count(), "]}}");
}

std::string write_message(message_kind kind, std::string_view payload) {
  std::string held;
  const content_text data = write_content(kind, payload, held);
  const std::string_view before =
      data.before == json_member ? std::string_view(R"("msg":)") : data.before.substr(1);
  return join("{", before, data.value, data.after);
}

}  // namespace broadcast_hub::protocol
