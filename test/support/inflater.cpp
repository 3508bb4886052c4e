#include "support/inflater.hpp"

#include <algorithm>
#include <new>

namespace broadcast_hub::test {
namespace {

// The sender has cut it off (RFC 7692, section 7.2.1).
constexpr std::string_view cut_tail("\x00\x00\xff\xff", 4);

}  // namespace

void inflater::end::operator()(z_stream* stream) const noexcept {
  ::inflateEnd(stream);
  delete stream;
}

inflater::inflater() : stream_(new z_stream{}) {
  // Negative: no header of zlib's own.
  if (::inflateInit2(stream_.get(), -MAX_WBITS) != Z_OK) {
    throw std::bad_alloc();
  }
}

bool inflater::inflate(std::string_view payload, std::size_t most, std::string& text) {
  text.clear();
  return inflate_some(payload, most, text) && inflate_some(cut_tail, most, text);
}

void inflater::reset() {
  ::inflateReset(stream_.get());
}

bool inflater::inflate_some(std::string_view bytes, std::size_t most, std::string& text) {
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream_->avail_in = static_cast<uInt>(bytes.size());
  do {
    const std::size_t kept = text.size();
    // One byte more than allowed is enough to see that it is too much.
    const std::size_t room = std::min<std::size_t>(most + 1 - kept, 4096);
    text.resize(kept + room);
    stream_->next_out = reinterpret_cast<Bytef*>(text.data() + kept);
    stream_->avail_out = static_cast<uInt>(room);
    const int result = ::inflate(stream_.get(), Z_SYNC_FLUSH);
    text.resize(text.size() - stream_->avail_out);
    const bool fine = result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
    if (!fine || text.size() > most) {
      return false;
    }
    // A sender may end its blocks for good and begin anew (RFC 7692, section 7.2.3.4).
    if (result == Z_STREAM_END)
      reset();
  } while (stream_->avail_in > 0 || stream_->avail_out == 0);
  return true;
}

}  // namespace broadcast_hub::test
