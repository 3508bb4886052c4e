#pragma once

#include <zlib.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace broadcast_hub::test {

/// Undoes permessage-deflate (RFC 7692, section 7.2.2).
class inflater {
 public:
  inflater();

  /// Replaces `text` by what one message's compressed payload says. Returns false when the payload
  /// is damaged or says more than `most` bytes. What went before is the context of what comes.
  bool inflate(std::string_view payload, std::size_t most, std::string& text);

  /// Forgets what went before.
  void reset();

 private:
  struct end {
    void operator()(z_stream* stream) const noexcept;
  };

  bool inflate_some(std::string_view bytes, std::size_t most, std::string& text);

  std::unique_ptr<z_stream, end> stream_;  // zlib keeps its address
};

}  // namespace broadcast_hub::test
