#pragma once

#include "topic/name.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace broadcast_hub::topic {

/// Patterns by their tokens, so that finding those that match a name follows at each token only
/// this token, "*" and ">". What begins otherwise is not looked at, however much there is of it.
template <typename Value>
class pattern_index {
 public:
  /// `pattern` may be a plain name as well.
  void insert(std::string_view pattern, Value value) {
    node* at = &root_;
    while (!pattern.empty())
      at = &at->children.try_emplace(std::string(next_token(pattern))).first->second;
    at->values.push_back(std::move(value));
  }

  void erase(std::string_view pattern, const Value& value) { erase(root_, pattern, value); }

  /// Calls `found(value)` for every value whose pattern matches.
  template <typename Found>
  void for_each_match(std::string_view name, Found found) const {
    match(root_, name, found);
  }

  bool empty() const noexcept { return root_.children.empty(); }

 private:
  struct node {
    std::map<std::string, node, std::less<>> children;
    std::vector<Value> values;
  };

  static void erase(node& at, std::string_view rest, const Value& value) {
    if (rest.empty()) {
      const auto found = std::find(at.values.begin(), at.values.end(), value);
      if (found != at.values.end())
        at.values.erase(found);
      return;
    }
    const auto child = at.children.find(next_token(rest));
    if (child == at.children.end())
      return;
    erase(child->second, rest, value);
    if (child->second.values.empty() && child->second.children.empty())
      at.children.erase(child);
  }

  template <typename Found>
  static void report(const node& at, Found& found) {
    for (const Value& value : at.values)
      found(value);
  }

  template <typename Found>
  static void match(const node& at, std::string_view rest, Found& found) {
    if (rest.empty())
      return report(at, found);
    const auto tail = at.children.find(std::string_view(">"));
    if (tail != at.children.end())
      report(tail->second, found);
    const auto token = next_token(rest);
    for (const std::string_view step : {token, std::string_view("*")}) {
      const auto child = at.children.find(step);
      if (child != at.children.end())
        match(child->second, rest, found);
    }
  }

  node root_;
};

}  // namespace broadcast_hub::topic
