#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace broadcast_hub::benchmark {

/// One flat JSON object on one line, members in the order added.
class json_line {
 public:
  json_line& add(std::string_view name, std::string_view value);
  json_line& add(std::string_view name, std::uint64_t value);
  json_line& add(std::string_view name, double value);

  std::string text() const { return "{" + members_ + "}"; }

 private:
  void add_name(std::string_view name);

  std::string members_;
};

}  // namespace broadcast_hub::benchmark
