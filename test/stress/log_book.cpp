#include "log_book.hpp"

#include "protocol/position.hpp"

#include <algorithm>
#include <stdexcept>

namespace broadcast_hub::stress {
namespace {

[[noreturn]] void fail(const std::string& what, const publication_mark& mark,
                       std::string_view epoch, std::uint64_t offset) {
  throw std::runtime_error(what + ": number " + std::to_string(mark.number) + " of publisher " +
                           std::to_string(mark.publisher) + " on " + topic_name(mark.topic) +
                           " at " + std::string(epoch) + " " + std::to_string(offset));
}

}  // namespace

void log_book::note(const publication_mark& mark, std::string_view epoch, std::uint64_t offset) {
  topic_log& log = logs_[{mark.topic, std::string(epoch)}];
  if (offset == 0 || (log.sealed && offset > log.marks.size()))
    fail("a place that the hub's log does not have", mark, epoch, offset);
  if (offset > log.marks.size())
    log.marks.resize(offset);
  publication_mark& known = log.marks[offset - 1];
  if (known.number != 0 && known != mark)
    fail("another publication has that place", mark, epoch, offset);
  if (known.number == 0 && mark.publisher >= first_client_) {
    if (!log.of_clients.insert(of(mark)).second)
      fail("published twice", mark, epoch, offset);
    last_epochs_.insert_or_assign(of(mark), std::string(epoch));
  }
  known = mark;
}

void log_book::note_answer(const publication_mark& mark, const topic_position& at) {
  note(mark, at.epoch, at.offset);
  if (!answers_.try_emplace(of(mark), at.epoch).second)
    fail("a second answer", mark, at.epoch, at.offset);
}

std::string log_book::epoch_of(const publication_mark& mark) const {
  const auto known = last_epochs_.find(of(mark));
  return known == last_epochs_.end() ? std::string() : known->second;
}

void log_book::seal(const hub& stopped, std::uint64_t topic) {
  const std::string name = topic_name(topic);
  history_result page = stopped.history(name);
  const std::string epoch = protocol::to_text(page.epoch);
  const std::uint64_t newest = page.newest_offset;
  if (newest == 0)
    return;
  while (!page.publications.empty()) {
    for (const past_publication& each : page.publications)
      note_in_log(read_payload(each.payload), epoch, each.offset);
    page = stopped.history(name, page.publications.back().offset);
  }
  topic_log& log = logs_[{topic, epoch}];
  if (log.marks.size() != newest)
    fail("the hub's log is not as long as what was seen of it",
         log.marks.empty() ? publication_mark{} : log.marks.back(), epoch, log.marks.size());
  check_order(log, epoch);
  log.sealed = true;
}

void log_book::note_in_log(const publication_mark& mark, const std::string& epoch,
                           std::uint64_t offset) {
  note(mark, epoch, offset);
  if (mark.publisher < first_client_)
    return;
  ++in_logs_;
  if (!first_epochs_.try_emplace(of(mark), epoch).second)
    ++again_;
  const auto answer = answers_.find(of(mark));
  if (answer != answers_.end() && answer->second != epoch)
    fail("published again although it was answered", mark, epoch, offset);
}

/// A client's publications leave in the order of its calls.
void log_book::check_order(const topic_log& log, const std::string& epoch) {
  std::map<std::uint64_t, std::uint64_t> numbers;  // by publisher
  for (std::size_t i = 0; i < log.marks.size(); ++i) {
    const publication_mark& mark = log.marks[i];
    if (mark.number == 0)
      continue;  // the hub has forgotten it, and nobody has got it
    std::uint64_t& number = numbers[mark.publisher];
    if (mark.number <= number)
      fail("behind number " + std::to_string(number), mark, epoch, i + 1);
    number = mark.number;
  }
}

void log_book::check_all_sealed() const {
  for (const auto& [key, log] : logs_) {
    if (!log.sealed)
      fail("an epoch that no hub has had", log.marks.back(), key.second, log.marks.size());
  }
}

}  // namespace broadcast_hub::stress
