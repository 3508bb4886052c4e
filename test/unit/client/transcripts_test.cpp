#include "session_fixture.hpp"
#include "transcript.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

// Every transcript that is for a client, replayed against ours.

namespace broadcast_hub::test {
namespace {

/// A session whose application and network are what the steps of a transcript say.
class TranscriptsTest : public session_fixture {
 protected:
  void play(const transcript_step& step) {
    advance_to(time_point() + step.time);
    std::istringstream words(step.what);
    std::string verb;
    std::string name;
    words >> verb >> name;
    std::string rest;
    std::getline(words >> std::ws, rest);
    if (step.who == "net" && verb == "lost")
      lose(static_cast<unsigned>(std::stoi(name)));
    if (step.who == "server")
      say(values_.fill(step.what));
    if (step.who == "app")
      ask(verb, name, rest);
    sort_out();
  }

  /// Frames come in their order, and so does what is told about one name; between names there is
  /// none.
  void expect(const transcript_step& step) {
    const bool is_frame = step.who == "client";
    lines& unread = is_frame ? frames_ : told_;
    const auto next = std::find_if(unread.begin(), unread.end(), [&](const std::string& line) {
      return is_frame || name_in(line) == name_in(step.what);
    });
    ASSERT_TRUE(next != unread.end() &&
                (is_frame ? values_.match(step.what, *next) : step.what == *next))
        << step.place << ": " << step.what << " is not the next of "
        << testing::PrintToString(unread);
    unread.erase(next);
  }

  void expect_nothing_more() const {
    EXPECT_EQ(frames_, lines());
    EXPECT_EQ(told_, lines());
  }

 private:
  /// The second word.
  static std::string name_in(const std::string& line) {
    std::istringstream words(line);
    std::string name;
    words >> name >> name;
    return name;
  }

  /// Nothing is drawn but zeros, so it dials again at once, and again when nothing comes of that.
  void advance_to(time_point then) {
    while (session.next_due() && *session.next_due() <= then) {
      now = std::max(now, *session.next_due());
      session.on_time(now);
    }
    now = then;
  }

  void ask(const std::string& verb, const std::string& name, const std::string& rest) {
    if (verb == "unsubscribe")
      session.unsubscribe(name);
    if (verb == "publish")
      publish(name, rest);
    if (verb == "subscribe")
      session.subscribe(name, options_of(rest), publication_note(name));
  }

  void publish(const std::string& name, const std::string& data) {
    const auto note = [this, name](const client_publish_result& result) {
      record.add("published " + name + " " + std::to_string(result.position.offset));
    };
    session.publish(name, message_kind::text, data, {}, note);
  }

  client_publication_handler publication_note(const std::string& name) {
    return [this, name](const client_publication& what) {
      std::string line = "publication " + name + " " + std::to_string(what.offset) + " " +
                         std::string(what.payload);
      if (what.skipped != 0)
        line += " skipped " + std::to_string(what.skipped);
      record.add(line);
    };
  }

  /// `{}`, `{"last":1}`, `{"presence":true}` or `{"since":{"epoch":"k9f2","offset":107}}`.
  static subscribe_options options_of(const std::string& text) {
    subscribe_options options;
    protocol::json_document read;
    EXPECT_EQ(read.parse(text), "");
    topic_position since;
    for (const auto& value : read.values()) {
      const auto source = [&] { return std::string(read.source(*(&value + 1))); };
      if (value.what != protocol::json_document::kind::key)
        continue;
      if (read.text_of(value) == "last")
        options.last = std::stoul(source());
      if (read.text_of(value) == "presence")
        options.presence = source() == "true";
      if (read.text_of(value) == "epoch")
        since.epoch = read.text_of(*(&value + 1));
      if (read.text_of(value) == "offset")
        since.offset = std::stoull(source());
    }
    if (!since.epoch.empty())
      options.since = since;
    return options;
  }

  /// What the session has done since: frames, and what it told.
  void sort_out() {
    for (const std::string& line : record.take()) {
      if (line.starts_with("> "))
        frames_.push_back(line.substr(2));
      if (line.starts_with("subscribed "))  // without the position
        told_.push_back(line.substr(0, line.find(' ', line.find(' ', 11) + 1)));
      if (line.starts_with("publication ") || line.starts_with("published "))
        told_.push_back(line);
    }
  }

  transcript_values values_;
  lines frames_;
  lines told_;
};

// One test, so that a transcript that is added is one without a change here.
TEST_F(TranscriptsTest, EachIsReplayed) {
  const std::vector<transcript> all = client_transcripts(BROADCAST_HUB_TRANSCRIPTS);
  EXPECT_GT(all.size(), 5U);
  for (const transcript& each : all) {
    SCOPED_TRACE(each.name);
    class one final : public TranscriptsTest {
     public:
      void replay(const transcript& from) {
        session.start(now);
        for (const transcript_step& step : from.steps) {
          if (step.who == "client" || step.who == "told") {
            expect(step);
          } else {
            expect_nothing_more();
            play(step);
          }
          if (HasFatalFailure())
            return;
        }
        expect_nothing_more();
      }

     private:
      void TestBody() override {}
    };
    one().replay(each);
  }
}

}  // namespace
}  // namespace broadcast_hub::test
