#pragma once

#include "protocol/json.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::test {

/// One line of a transcript of docs/reference/protocol_transcripts.
struct transcript_step {
  std::string place;  ///< file and line
  std::chrono::milliseconds time{0};
  std::string who;
  std::string what;
};

struct transcript {
  std::string name;
  std::vector<transcript_step> steps;
};

/// Those that are to be replayed against a client.
std::vector<transcript> client_transcripts(const std::string& folder);

/// What the strings with a `$` stand for, and which of the client's numbers is which.
class transcript_values {
 public:
  /// Whether a frame is what the transcript has. If not, nothing is learnt from it.
  bool match(std::string_view expected, std::string_view actual);

  /// The transcript's frame with what is known of its values.
  std::string fill(std::string_view frame) const;

 private:
  using value = protocol::json_document::value;

  bool bind(const std::string& name, std::string_view actual);
  bool same(const value& expected, const value& actual);
  bool same_members(const value& expected, const value& actual);

  protocol::json_document expected_;
  protocol::json_document actual_;
  std::map<std::string, std::string> known_;
};

}  // namespace broadcast_hub::test
