#include "protocol/presence_frame.hpp"

#include "base/text.hpp"
#include "protocol/json.hpp"

namespace broadcast_hub::protocol {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view text) {
  append_json_string(out, name);
  out += ':';
  append_json_string(out, text);
}

/// `"user":"u1","info":{...}`, as far as there is anything to say.
std::string details(const present_client& of) {
  std::string out;
  if (!of.user.empty())
    append_member(out, "user", of.user);
  if (of.info.empty())
    return out;
  out += out.empty() ? "" : ",";
  if (is_json(of.info))
    return out.append("\"info\":").append(of.info);
  append_member(out, "info", of.info);
  return out;
}

void append_list(std::string& out, std::string_view name,
                 const std::vector<present_client>& clients) {
  if (clients.empty())
    return;
  out.append(",\"").append(name).append("\":[");
  for (const present_client& each : clients) {
    out += &each == &clients.front() ? "{" : ",{";
    append_member(out, "cid", each.id);
    const std::string more = details(each);
    out += more.empty() ? "}" : "," + more + "}";
  }
  out += ']';
}

}  // namespace

std::string write_presence(std::uint64_t id, const std::vector<present_client>& clients,
                           std::size_t count) {
  std::string out = join(R"({"id":)", id, R"(,"ok":{)");
  if (clients.size() == count) {
    out += R"("clients":{)";
    for (const present_client& each : clients) {
      out += &each == &clients.front() ? "" : ",";
      append_json_string(out, each.id);
      out += ":{" + details(each) + "}";
    }
    out += "},";
  }
  return out + join(R"("n":)", count, "}}");
}

std::string write_presence_change(std::string_view topic, const std::vector<present_client>& joined,
                                  const std::vector<present_client>& left, std::size_t count) {
  std::string out = R"({"t":)";
  append_json_string(out, topic);
  append_list(out, "join", joined);
  append_list(out, "leave", left);
  return out + join(R"(,"n":)", count, "}");
}

}  // namespace broadcast_hub::protocol
