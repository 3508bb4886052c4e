#pragma once

#include "numbered_payload.hpp"

#include <broadcast_hub/hub.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broadcast_hub::stress {

/// Which publication has which place: what subscribers and publishers have been told, and in the
/// end what the hub's own log says.
///
/// Errors: two that do not agree are a `std::runtime_error`.
class log_book {
 public:
  /// Publishers from this number on are clients.
  explicit log_book(std::size_t first_client) : first_client_(first_client) {}

  /// Somebody has been told so.
  void note(const publication_mark& mark, std::string_view epoch, std::uint64_t offset);

  /// Its publisher has been told so: it must not be published again.
  void note_answer(const publication_mark& mark, const topic_position& at);

  /// The last epoch in which a client's publication was published, as far as anybody has been told;
  /// empty: in none.
  std::string epoch_of(const publication_mark& mark) const;

  /// A topic of a hub that publishes no more: its log is the truth, also about what is noted later.
  /// Of a log that does not begin with the first publication what is there counts.
  void seal(const hub& stopped, std::uint64_t topic);

  /// All that was noted is about logs that have been sealed.
  void check_all_sealed() const;

  std::uint64_t in_logs() const noexcept { return in_logs_; }  ///< of clients

  /// In the log of more than one hub, because the first one's answer never came.
  std::uint64_t again() const noexcept { return again_; }

 private:
  using publication_name = std::pair<std::uint64_t, std::uint64_t>;  // publisher and its number
  struct topic_log {
    std::vector<publication_mark> marks;  // by offset, from 1 on; number 0: not known
    std::set<publication_name> of_clients;
    bool sealed = false;
  };

  static publication_name of(const publication_mark& mark) { return {mark.publisher, mark.number}; }
  void note_in_log(const publication_mark& mark, const std::string& epoch, std::uint64_t offset);
  static void check_order(const topic_log& log, const std::string& epoch);

  const std::size_t first_client_;
  std::map<std::pair<std::uint64_t, std::string>, topic_log> logs_;  // by topic and epoch
  std::map<publication_name, std::string> answers_;                  // the epoch
  std::map<publication_name, std::string> last_epochs_;              // as noted
  std::map<publication_name, std::string> first_epochs_;             // as in logs
  std::uint64_t in_logs_ = 0;
  std::uint64_t again_ = 0;
};

}  // namespace broadcast_hub::stress
