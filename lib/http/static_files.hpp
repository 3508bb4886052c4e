#pragma once

#include "http/file_cache.hpp"
#include "http/file_stamp.hpp"
#include "http/folder.hpp"
#include "http/request_path.hpp"
#include "wire/request.hpp"
#include "wire/response.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace broadcast_hub::http {

/// Answers GET and HEAD with the files below one folder, and everything else with the right 4xx.
///
/// Nothing outside the folder is ever sent, and nothing is asked for by a name that starts with a
/// dot. Relative links are followed while they stay inside. A folder is its `index.html`. A
/// response has the whole file as its body; responses that exist at the same time share it. Reading
/// blocks.
///
/// Thread safety: `serve` may be called from any thread.
class static_files {
 public:
  /// The largest file served; a larger one is answered 500.
  static constexpr std::uint64_t max_file_bytes = std::uint64_t{64} * 1024 * 1024;

  /// Errors: throws `std::system_error` that names the folder and the remedy when it is missing,
  /// not a folder, or cannot be read.
  explicit static_files(const std::string& root);

  /// Requires of the caller: a request with a body is refused before it comes here.
  wire::response serve(const wire::request& request) const;

 private:
  wire::response find(const wire::request& request) const;
  wire::response send(const wire::request& request, const request_path& path) const;
  std::optional<wire::response> send_file(const wire::request& request, const std::string& name,
                                          int file, const file_stamp& stamp) const;

  folder root_;
  mutable file_cache cache_;
};

}  // namespace broadcast_hub::http
