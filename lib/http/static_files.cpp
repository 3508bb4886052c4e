#include "http/static_files.hpp"

#include "http/media_type.hpp"
#include "http/preconditions.hpp"
#include "wire/http_date.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

namespace broadcast_hub::http {
namespace {

using std::chrono::sys_seconds;

sys_seconds current_time() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// No answer is kept by a browser without asking again, not even a redirection or a refusal: the
// files may change at any time.
void add_common_headers(wire::response& response) {
  response.headers.emplace_back("Cache-Control", "no-cache");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
}

wire::response refusal(int status, std::string_view text) {
  wire::response response = wire::text_response(status, text);
  add_common_headers(response);
  return response;
}

wire::response method_not_allowed() {
  wire::response response =
      wire::method_not_allowed("Only GET and HEAD are served here.", "GET, HEAD");
  add_common_headers(response);
  return response;
}

wire::response not_found() {
  return refusal(404, "There is no such file here.");
}

wire::response cannot_open(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
      return refusal(503, "The server is too busy to open the file.");
    case EIO:
    case ESTALE:
      return refusal(500, "The file cannot be read.");
    default:
      return not_found();
  }
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// RFC 9110, section 10.2.2 lets the path stand alone. It starts with one slash, because
// `relative` neither starts with a slash nor is empty; a second one would name another host.
wire::response redirect_to_folder(const wire::request& request, const std::string& relative) {
  std::string location = encode_path(relative) + '/';
  if (!request.query.empty() && is_printable(request.query)) {
    location += '?' + request.query;
  }
  wire::response response = refusal(301, "The address of a folder ends with a slash.");
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

std::string index_of(const std::string& relative) {
  return relative.empty() ? "index.html" : relative + "/index.html";
}

// RFC 9110, section 8.8.2.1 forbids a date later than that of the message.
void add_validators(wire::response& response, std::string etag, sys_seconds modified,
                    sys_seconds now) {
  response.headers.emplace_back("ETag", std::move(etag));
  if (modified >= sys_seconds() && modified <= now) {
    response.headers.emplace_back("Last-Modified", wire::format_http_date(modified));
  }
}

}  // namespace

static_files::static_files(const std::string& root) : root_(root) {}

wire::response static_files::serve(const wire::request& request) const {
  const bool known = request.method == "GET" || request.method == "HEAD";
  return known ? find(request) : method_not_allowed();
}

wire::response static_files::find(const wire::request& request) const {
  const request_path path = parse_request_path(request.path);
  if (path.status == 400) {
    return refusal(400, "The path of the request is malformed.");
  }
  if (path.status != 200) {
    return not_found();
  }
  try {
    return send(request, path);
  } catch (const std::bad_alloc&) {
    return refusal(503, "The server has no memory left for the file.");
  }
}

wire::response static_files::send(const wire::request& request, const request_path& path) const {
  const std::string name = path.names_folder ? index_of(path.relative) : path.relative;
  // A file that changes while it is read is opened anew, because it may have been replaced.
  constexpr int most_attempts = 3;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const folder::opened opened = root_.open(name);
    if (!opened.file) {
      return cannot_open(opened.error);
    }
    const file_status status = status_of(opened.file.get());
    if (status.kind == file_kind::folder && !path.names_folder) {
      return redirect_to_folder(request, path.relative);
    }
    if (status.kind != file_kind::regular) {
      return not_found();
    }
    if (auto response = send_file(request, name, opened.file.get(), status.stamp)) {
      return *std::move(response);
    }
  }
  return refusal(500, "The file changed while it was read, or cannot be read.");
}

std::optional<wire::response> static_files::send_file(const wire::request& request,
                                                      const std::string& name, int file,
                                                      const file_stamp& stamp) const {
  if (stamp.size > max_file_bytes) {
    return refusal(500, "The file is larger than 64 MiB, the most that is served.");
  }
  const sys_seconds now = current_time();
  std::string etag = stamp.etag();
  wire::response response;
  response.status = check_preconditions(request, etag, stamp.modified(), now);
  if (response.status == 412) {
    return refusal(412, "The file is not the one that the request asks for.");
  }
  if (response.status == 200) {
    response.headers.emplace_back("Content-Type", media_type_of(name));
    response.omitted_bytes = stamp.size;
    if (request.method == "GET" && !(response.body = cache_.read(file, stamp))) {
      return std::nullopt;
    }
  }
  add_validators(response, std::move(etag), stamp.modified(), now);
  add_common_headers(response);
  return response;
}

}  // namespace broadcast_hub::http
