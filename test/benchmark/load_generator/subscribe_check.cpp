#include "load_generator/subscribe_check.hpp"

#include "load_generator/said.hpp"
#include "load_generator/socket.hpp"

namespace broadcast_hub::benchmark {

std::string subscribe_check::take(std::size_t client, std::string_view frame) {
  const auto read = reader_.read(frame);
  const auto* const answer = said_as<protocol::subscribed_said>(read);
  if (answer == nullptr) {
    return "got " + quoted(frame) + " instead of an answer";
  }
  if (answer->id < 1 || answer->id > topics_ || answer->topic != topic_name(answer->id) ||
      !answer->reached || answer->replayed != 0) {
    return "got a wrong answer: " + quoted(frame);
  }
  const std::size_t place = client * topics_ + answer->id - 1;
  if (answered_[place]) {
    return "got an answer twice: " + quoted(frame);
  }
  answered_[place] = true;
  ++count_;
  return {};
}

}  // namespace broadcast_hub::benchmark
