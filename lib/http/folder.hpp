#pragma once

#include "http/descriptor.hpp"

#include <string>
#include <string_view>

namespace broadcast_hub::http {

/// One folder, and everything below it, but nothing else.
///
/// Symbolic links are followed as long as they stay below. Nobody who changes the tree at the same
/// time can lead a path out. The folder is looked up again at each opening: when it is replaced by
/// another of the same name, the new one counts.
///
/// Thread safety: `open` may be called from any thread.
class folder {
 public:
  enum class lookup {
    by_kernel,  ///< openat2: one step, in which the kernel checks that the path stays below
    by_walk     ///< name by name; also used where openat2 is missing or forbidden
  };

  struct opened {
    descriptor file;  ///< none when it failed
    int error = 0;    ///< the errno of the failure
  };

  /// Errors: throws `std::system_error` that names the folder and the remedy when it is missing,
  /// not a folder, or cannot be read.
  explicit folder(const std::string& path, lookup how = lookup::by_kernel);

  /// Opens a file or folder below for reading, without waiting even for a pipe. `relative` has
  /// no leading slash; empty means the folder itself. A path that ends outside fails. Whether one
  /// does that leads out by a link and comes back, is not promised.
  opened open(const std::string& relative) const;

 private:
  std::string path_;  // canonical, absolute
  lookup how_;
};

/// Walks from an open folder to a file or folder below, name by name, and fails at the first
/// symbolic link. Requires: no empty name and no ".." in `relative`.
folder::opened open_without_links(int root, std::string_view relative);

}  // namespace broadcast_hub::http
