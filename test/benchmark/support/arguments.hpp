#pragma once

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace broadcast_hub::benchmark {

/// The command line is wrong; the text says where.
class usage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A command line of `--name value` pairs.
///
/// Errors: every method throws `usage_error`.
class arguments {
 public:
  /// Only the names in `known` (without dashes) are accepted.
  arguments(int count, char** values, const std::vector<std::string>& known);

  std::string text(const std::string& name, const std::string& absent) const;
  std::size_t number(const std::string& name, std::size_t absent) const;

  /// The value is `on` or `off`; `off` when it is absent.
  bool is_on(const std::string& name) const;

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace broadcast_hub::benchmark
