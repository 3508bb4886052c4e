#include "numbered_payload.hpp"

#include "frame_members.hpp"

#include <cstddef>
#include <stdexcept>

namespace broadcast_hub::stress {
namespace {

// Most frames have a length of 16 bits, some one of 7; most are large enough to be compressed.
std::size_t padding_of(const publication_mark& mark) {
  constexpr std::size_t large = 2000;
  const std::uint64_t any = mark.number * 37 + mark.topic;
  return any % 50 == 0 ? large : any % 400;
}

}  // namespace

std::string topic_name(std::uint64_t topic) {
  return "t" + std::to_string(topic);
}

std::string write_payload(const publication_mark& mark) {
  std::string text = R"({"life":)" + std::to_string(mark.life);
  text += R"(,"topic":)" + std::to_string(mark.topic);
  text += R"(,"by":)" + std::to_string(mark.publisher);
  text += R"(,"number":)" + std::to_string(mark.number);
  text += R"(,"more":")";
  text.append(padding_of(mark), 'x');
  return text += R"("})";
}

publication_mark read_payload(std::string_view payload) {
  const publication_mark mark{number_in(payload, R"("life":)"), number_in(payload, R"("topic":)"),
                              number_in(payload, R"("by":)"), number_in(payload, R"("number":)")};
  if (payload != write_payload(mark))
    throw std::runtime_error("a payload that nobody published: " + std::string(payload));
  return mark;
}

}  // namespace broadcast_hub::stress
