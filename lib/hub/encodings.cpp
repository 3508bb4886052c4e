#include "hub/encodings.hpp"

#include "protocol/content.hpp"
#include "wire/frame_encoder.hpp"

namespace broadcast_hub {

using topic::index_of;
using topic::lane_kind;

encodings::encodings(std::string_view payload, message_kind kind,
                     const std::optional<topic::publication_key>& key,
                     const compression_options& compression, deflater_pool& deflaters)
    : payload_(payload),
      kind_(kind),
      worth_deflating_(payload.size() >= compression.min_payload_bytes),
      made_({header_.data(),
             wire::write_header(header_.data(), wire::opcode_of(kind), payload.size())},
            payload),
      deflater_(deflaters),
      numbered_deflater_(deflaters) {
  made_.key = key;
  if (!worth_deflating_)
    made_.made.set(index_of(lane_kind::deflated));
}

void encodings::make(const topic::lane_set& wanted) {
  const auto wants = [&](lane_kind lane) {
    return wanted.test(index_of(lane)) && !made_.made.test(index_of(lane));
  };
  if (wants(lane_kind::deflated))
    deflate();
  if (wants(lane_kind::numbered) || wants(lane_kind::deflated_numbered))
    number();
  if (wants(lane_kind::deflated_numbered))
    deflate_numbered();
}

void encodings::deflate() {
  made_.deflated = {deflater_->make_frame(wire::opcode_of(kind_), payload_)};
  made_.made.set(index_of(lane_kind::deflated));
}

void encodings::number() {
  if (made_.made.test(index_of(lane_kind::numbered)))
    return;
  const protocol::content_text text = protocol::write_content(kind_, payload_, rewritten_);
  made_.number_rest = {text.before, text.value, text.after};
  made_.made.set(index_of(lane_kind::numbered));
}

void encodings::deflate_numbered() {
  if (worth_deflating_)
    made_.deflated_number_rest = {numbered_deflater_->deflate(made_.number_rest)};
  made_.made.set(index_of(lane_kind::deflated_numbered));
}

bool encodings::compressed() const noexcept {
  using topic::size_of;
  return size_of(made_.deflated) > 0 || size_of(made_.deflated_number_rest) > 0;
}

}  // namespace broadcast_hub
