#pragma once

#include "http/descriptor.hpp"

#include <string>

namespace broadcast_hub::http {

/// One folder, and everything below it, but nothing else.
///
/// Relative symbolic links are followed as long as they stay below. Nobody who changes the tree at
/// the same time can lead a path out. The folder is looked up again at each opening: when it is
/// replaced by another of the same name, the new one counts.
///
/// Thread safety: `open` may be called from any thread.
class folder {
 public:
  struct opened {
    descriptor file;  ///< none when it failed
    int error = 0;    ///< the errno of the failure
  };

  /// Errors: throws `std::system_error` that names the folder and the remedy when it is missing,
  /// not a folder, or cannot be read.
  explicit folder(const std::string& path);

  /// Opens a file or folder below for reading, without waiting even for a pipe. `relative` has
  /// no leading slash; empty means the folder itself. A path that leads out fails, also if it comes
  /// back.
  opened open(const std::string& relative) const;

 private:
  std::string path_;  // canonical, absolute
};

}  // namespace broadcast_hub::http
