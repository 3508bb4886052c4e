#include "base/text.hpp"

#include <broadcast_hub/events.hpp>

#include <utility>

namespace broadcast_hub {

std::string_view upgrade_request::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers) {
    if (equal_ignoring_case(key, name))
      return value;
  }
  return {};
}

upgrade_reply upgrade_reply::accept(std::string user, std::string info) {
  upgrade_reply answer;
  answer.user = std::move(user);
  answer.info = std::move(info);
  return answer;
}

upgrade_reply upgrade_reply::refuse(int status, std::string body) {
  upgrade_reply answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

}  // namespace broadcast_hub
