#include "load_generator/recovery_check.hpp"

#include "load_generator/said.hpp"
#include "load_generator/socket.hpp"

namespace broadcast_hub::benchmark {

std::string recovery_check::take(std::size_t client, std::string_view frame) {
  if (reached_[client] == nothing) {
    return take_answer(client, frame);
  }
  std::size_t& reached = reached_[client];
  if (reached == missed_.size()) {
    return "got one frame too many: " + quoted(frame);
  }
  if (frame != missed_[reached]) {
    return "expected " + quoted(missed_[reached]) + " but got " + quoted(frame);
  }
  complete_ += ++reached == missed_.size() ? 1 : 0;
  return {};
}

std::string recovery_check::take_answer(std::size_t client, std::string_view frame) {
  const auto read = reader_.read(frame);
  const auto* const answer = said_as<protocol::subscribed_said>(read);
  if (answer == nullptr) {
    return "got " + quoted(frame) + " instead of an answer";
  }
  if (answer->recovered != true) {
    return "was not recovered: " + answer->why;
  }
  if (answer->replayed != missed_.size()) {
    return "was promised " + std::to_string(answer->replayed) + " publications, not " +
           std::to_string(missed_.size());
  }
  reached_[client] = 0;
  return {};
}

}  // namespace broadcast_hub::benchmark
