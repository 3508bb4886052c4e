#include "topic_watch.hpp"

#include <stdexcept>

namespace broadcast_hub::stress {
namespace {

[[noreturn]] void fail(const std::string& what, const client_subscribed_event& event) {
  std::string text = what + ": " + event.topic + (event.recovered ? " recovered" : " " + event.why);
  if (event.position)
    text += " at " + event.position->epoch + " " + std::to_string(event.position->offset);
  throw std::runtime_error(text);
}

}  // namespace

void topic_watch::on_subscribed(const client_subscribed_event& event) {
  if (!event.position)
    fail("no position", event);
  live_ = true;
  if (!event.recovered) {
    begin_anew(event);
    return;
  }
  if (event.position->epoch != epoch_ || event.position->offset != offset_)
    fail("recovered, but not from " + epoch_ + " " + std::to_string(offset_), event);
  ++counts_.recovered;
}

void topic_watch::begin_anew(const client_subscribed_event& event) {
  const bool same = event.position->epoch == epoch_;
  if ((event.why == "first") != epoch_.empty() || (same && event.position->offset < offset_) ||
      (event.why == "epoch") != (!same && !epoch_.empty()))
    fail("the reason is not the right one at " + epoch_ + " " + std::to_string(offset_), event);
  if (same && keeps_all_)
    fail("the server keeps what is said to be missing", event);
  count_reason(event);
  epoch_ = event.position->epoch;
  offset_ = event.position->offset;
}

void topic_watch::count_reason(const client_subscribed_event& event) {
  if (event.why == "epoch")
    ++counts_.other_epoch;
  else if (event.why == "gap")
    ++counts_.gap;
  else if (event.why != "first")
    fail("an unexpected reason", event);
}

void topic_watch::on_publication(const client_publication& what) {
  const std::string place(what.topic);
  if (!live_)
    throw std::runtime_error("a publication before on_subscribed: " + place);
  if (what.offset != offset_ + 1) {
    throw std::runtime_error(std::string(what.offset <= offset_ ? "a duplicate" : "a silent gap") +
                             " on " + place + ": offset " + std::to_string(what.offset) +
                             " where " + std::to_string(offset_ + 1) + " was due");
  }
  ++offset_;
  ++counts_.delivered;
}

}  // namespace broadcast_hub::stress
