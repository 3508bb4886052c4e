#pragma once

#include "http/static_files.hpp"
#include "wire/request.hpp"
#include "wire/response.hpp"

#include <broadcast_hub/options.hpp>

#include <optional>
#include <string>

namespace broadcast_hub {

/// What one listener serves, and to whom.
///
/// Thread safety: constant after construction.
class router {
 public:
  /// Errors: throws `std::system_error` when the web root cannot be served.
  explicit router(listen_options options);

  const listen_options& options() const noexcept { return options_; }

  struct route {
    bool is_websocket = false;              ///< a WebSocket request, right or wrong
    std::optional<wire::response> refusal;  ///< set: answer with it
    std::string remedy;                     ///< of a refusal, for the log
  };

  /// Decides everything about a WebSocket request that the application need not be asked about. A
  /// request that is not one is for `serve`.
  route check(const wire::request& request) const;

  /// Answers a plain HTTP request.
  wire::response serve(const wire::request& request) const;

 private:
  std::string explain_origin(const wire::request& request) const;
  bool serves_websockets_at(const std::string& path) const;

  listen_options options_;
  std::optional<http::static_files> files_;
};

}  // namespace broadcast_hub
