#include "http/file_cache.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace broadcast_hub::http {
namespace {

// The least number of entries at which looking for unused ones is worth the time.
constexpr std::size_t least_forget_above = 64;

// Fewer bytes than asked for mean the end of the file, or a fault.
std::size_t read_up_to(int descriptor, char* out, std::size_t size) noexcept {
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t count =
        ::pread(descriptor, out + filled, size - filled, static_cast<off_t>(filled));
    if (count > 0) {
      filled += static_cast<std::size_t>(count);
    } else if (count == 0 || errno != EINTR) {
      break;
    }
  }
  return filled;
}

std::shared_ptr<const std::string> read_whole(int descriptor, const file_stamp& stamp) {
  auto content = std::make_shared<std::string>(static_cast<std::size_t>(stamp.size), '\0');
  if (read_up_to(descriptor, content->data(), content->size()) != content->size()) {
    return nullptr;
  }
  // Looking again is what catches a file that was rewritten in place meanwhile.
  if (status_of(descriptor).stamp != stamp) {
    return nullptr;
  }
  return content;
}

}  // namespace

std::shared_ptr<const std::string> file_cache::read(int descriptor, const file_stamp& stamp) {
  if (auto content = find(stamp)) {
    return content;
  }
  auto content = read_whole(descriptor, stamp);
  return content ? keep(stamp, std::move(content)) : nullptr;
}

std::size_t file_cache::size() const {
  const lock_guard lock(mutex_);
  return entries_.size();
}

std::shared_ptr<const std::string> file_cache::find(const file_stamp& stamp) const {
  const lock_guard lock(mutex_);
  const auto found = entries_.find({stamp.device, stamp.inode});
  if (found == entries_.end() || found->second.stamp != stamp) {
    return nullptr;
  }
  return found->second.content.lock();
}

std::shared_ptr<const std::string> file_cache::keep(const file_stamp& stamp,
                                                    std::shared_ptr<const std::string> content) {
  const lock_guard lock(mutex_);
  entry& place = entries_[{stamp.device, stamp.inode}];
  if (place.stamp == stamp) {
    // Another thread may have read the same file at the same time: one of the two buffers goes.
    if (auto earlier = place.content.lock()) {
      return earlier;
    }
  }
  place = {stamp, content};
  if (entries_.size() > forget_above_) {
    forget_unused();
  }
  return content;
}

void file_cache::forget_unused() {
  std::erase_if(entries_, [](const auto& item) { return item.second.content.expired(); });
  forget_above_ = std::max(least_forget_above, 2 * entries_.size());
}

}  // namespace broadcast_hub::http
