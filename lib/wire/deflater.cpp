#include "wire/deflater.hpp"

#include <zlib.h>

#include <cstddef>
#include <new>
#include <string>

namespace broadcast_hub::wire {
namespace {

constexpr int raw_window_bits = -15;  // negative: no zlib header
constexpr int memory_level = 8;       // zlib's default
constexpr std::size_t header_room = 10;
constexpr std::size_t tail_size = 4;  // 00 00 ff ff, which is not sent (RFC 7692, section 7.2.1)
constexpr char rsv1 = 0x40;

}  // namespace

class deflater::impl {
 public:
  explicit impl(int level) {
    if (deflateInit2(&stream_, level, Z_DEFLATED, raw_window_bits, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();
  }
  ~impl() { deflateEnd(&stream_); }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  std::string_view make_frame(opcode code, std::string_view payload) {
    const std::string_view deflated = deflate({&payload, 1});
    if (deflated.empty())
      return {};
    const std::size_t header = header_size(deflated.size());
    char* const frame = buffer_.data() + header_room - header;
    write_header(frame, code, deflated.size());
    frame[0] = static_cast<char>(frame[0] | rsv1);
    return {frame, header + deflated.size()};
  }

  /// Stands in the buffer behind `header_room`; empty when it is not smaller.
  std::string_view deflate(std::span<const std::string_view> pieces) {
    // Room for what is worth sending; what does not fit is not.
    std::size_t room = tail_size;
    for (const std::string_view piece : pieces)
      room += piece.size();
    buffer_.resize(header_room + room);
    deflateReset(&stream_);
    stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data() + header_room);
    stream_.avail_out = static_cast<uInt>(room);
    for (const std::string_view& piece : pieces) {
      // zlib only reads what it takes for writable.
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
      stream_.avail_in = static_cast<uInt>(piece.size());
      // With room left it has written everything, whatever else it says.
      ::deflate(&stream_, &piece == &pieces.back() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
    }
    if (stream_.avail_out == 0)
      return {};
    return {buffer_.data() + header_room, room - stream_.avail_out - tail_size};
  }

  void trim() noexcept {
    constexpr std::size_t kept = std::size_t{64} * 1024;
    if (buffer_.capacity() > kept)
      std::string().swap(buffer_);
  }

 private:
  z_stream stream_{};
  std::string buffer_;
};

deflater::deflater(int level) : impl_(std::make_unique<impl>(level)) {}
deflater::~deflater() = default;

std::string_view deflater::make_frame(opcode code, std::string_view payload) {
  return impl_->make_frame(code, payload);
}

std::string_view deflater::deflate(std::span<const std::string_view> pieces) {
  return impl_->deflate(pieces);
}

void deflater::trim() noexcept {
  impl_->trim();
}

}  // namespace broadcast_hub::wire
