#include "transcript.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace broadcast_hub::test {
namespace {

using kind = protocol::json_document::kind;

/// "20 told subscribed news first": a time, who, and what.
transcript_step read_step(const std::string& line, const std::string& place) {
  static const std::regex step(R"((\d+) (net|server|client|app|told|other) (.+))");
  std::smatch parts;
  if (!std::regex_match(line, parts, step)) {
    ADD_FAILURE() << place << ": not a step: " << line;
    return {};
  }
  return {place, std::chrono::milliseconds(std::stoll(parts[1])), parts[2], parts[3]};
}

transcript read_transcript(const std::filesystem::path& file, bool& for_clients) {
  transcript read{file.filename().string(), {}};
  std::ifstream text(file);
  std::string line;
  std::getline(text, line);
  EXPECT_TRUE(line.starts_with("# replay: ")) << file;
  for_clients = line.find(" client") != std::string::npos;
  for (int number = 2; std::getline(text, line); ++number) {
    if (!line.starts_with("#"))
      read.steps.push_back(read_step(line, read.name + ":" + std::to_string(number)));
  }
  return read;
}

/// "id 7", as the number of a frame is known.
std::string id_name(const std::string& frame) {
  static const std::regex id(R"("id":(\d+))");
  std::smatch found;
  return std::regex_search(frame, found, id) ? "id " + found[1].str() : std::string();
}

}  // namespace

std::vector<transcript> client_transcripts(const std::string& folder) {
  std::vector<transcript> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".txt")
      continue;
    bool for_clients = false;
    transcript read = read_transcript(entry.path(), for_clients);
    if (for_clients)
      found.push_back(std::move(read));
  }
  std::sort(found.begin(), found.end(),
            [](const transcript& a, const transcript& b) { return a.name < b.name; });
  return found;
}

bool transcript_values::match(std::string_view expected, std::string_view actual) {
  EXPECT_EQ(expected_.parse(expected), "") << expected;
  if (!actual_.parse(actual).empty())
    return false;
  const auto before = known_;
  const bool is_it = same(expected_.values().front(), actual_.values().front());
  if (!is_it)
    known_ = before;
  return is_it;
}

bool transcript_values::bind(const std::string& name, std::string_view actual) {
  return known_.try_emplace(name, actual).first->second == actual;
}

bool transcript_values::same(const value& expected, const value& actual) {
  if (expected.what != actual.what)
    return false;
  if (expected.what == kind::object)
    return same_members(expected, actual);
  if (expected.what == kind::string && expected_.text_of(expected).starts_with("$"))
    return bind(std::string(expected_.text_of(expected)), actual_.text_of(actual));
  return expected_.source(expected) == actual_.source(actual);
}

bool transcript_values::same_members(const value& expected, const value& actual) {
  std::map<std::string_view, const value*> there;
  actual_.each_member(actual, [&](const value& key, const value& one) {
    there.emplace(actual_.text_of(key), &one);
    return true;
  });
  std::size_t count = 0;
  const bool all = expected_.each_member(expected, [&](const value& key, const value& one) {
    ++count;
    const std::string_view name = expected_.text_of(key);
    const auto found = there.find(name);
    if (found == there.end())
      return false;
    return name == "id"
               ? bind("id " + std::string(expected_.source(one)), actual_.source(*found->second))
               : same(one, *found->second);
  });
  return all && count == there.size();
}

std::string transcript_values::fill(std::string_view frame) const {
  std::string text(frame);
  const auto replace = [&text](const std::string& before, const std::string& after) {
    if (const std::size_t at = text.find(before); at != std::string::npos)
      text.replace(at, before.size(), after);
  };
  if (const auto id = known_.find(id_name(text)); id != known_.end())
    replace(R"("id":)" + id->first.substr(3), R"("id":)" + id->second);
  for (const auto& [name, meaning] : known_)
    replace('"' + name + '"', '"' + meaning + '"');
  replace("\"$", "\"");  // nobody has chosen it yet
  return text;
}

}  // namespace broadcast_hub::test
