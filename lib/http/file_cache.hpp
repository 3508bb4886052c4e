#pragma once

#include "base/mutex.hpp"
#include "http/file_stamp.hpp"

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace broadcast_hub::http {

/// Reads files whole, and hands out the same buffer again while somebody still holds it and the
/// file has not changed. Keeps no content alive by itself.
///
/// It goes by device and inode rather than by path, so that a folder with links to itself cannot be
/// used to have the same file in memory many times.
///
/// Thread safety: `read` may be called from any thread; reading does not block other readers.
class file_cache {
 public:
  /// The content of an open regular file that had this stamp a moment ago; null when it changed
  /// before or while it was read, or cannot be read.
  std::shared_ptr<const std::string> read(int descriptor, const file_stamp& stamp);

  /// Number of files remembered, for the tests of the bound.
  std::size_t size() const;

 private:
  struct entry {
    file_stamp stamp;
    std::weak_ptr<const std::string> content;
  };

  std::shared_ptr<const std::string> find(const file_stamp& stamp) const;
  std::shared_ptr<const std::string> keep(const file_stamp& stamp,
                                          std::shared_ptr<const std::string> content);
  void forget_unused() BROADCAST_HUB_REQUIRES(mutex_);

  mutable mutex mutex_;
  std::map<std::pair<dev_t, ino_t>, entry> entries_ BROADCAST_HUB_GUARDED_BY(mutex_);
  // When there are more entries than this, unused ones go.
  std::size_t forget_above_ BROADCAST_HUB_GUARDED_BY(mutex_) = 64;
};

}  // namespace broadcast_hub::http
