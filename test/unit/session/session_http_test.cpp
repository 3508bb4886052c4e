#include "session_fixture.hpp"

#include <string>

namespace broadcast_hub::session {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class SessionHttpTest : public test::session_fixture {
 protected:
  void answer_with(int status, bool keep_alive) {
    peer().respond(wire::text_response(status, "words"), keep_alive, now_);
  }
  void answer_everything() {
    answer_ = [this] { answer_with(200, true); };
  }
};

TEST_F(SessionHttpTest, ARequestIsFoundHoweverItsBytesCome) {
  for (const std::size_t chunk : {1U, 2U, 7U, 1000U}) {
    session_.reset();
    events_.clear();
    receive(plain_request, chunk);
    EXPECT_THAT(events_, ElementsAre("GET /page"));
    EXPECT_EQ(peer().now_in(), phase::deciding);
  }
}

TEST_F(SessionHttpTest, NothingIsReadWhileARequestIsDecided) {
  EXPECT_TRUE(peer().wants_input());
  receive(plain_request);
  EXPECT_FALSE(peer().wants_input());
}

TEST_F(SessionHttpTest, AKeptConnectionTakesTheNextRequestWhenTheAnswerIsSent) {
  receive(plain_request);
  answer_with(200, true);
  EXPECT_EQ(peer().now_in(), phase::request);
  EXPECT_FALSE(peer().wants_input());
  EXPECT_THAT(sent(), HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_EQ(last_action_, action::none);
  EXPECT_TRUE(peer().wants_input());
  receive(plain_request);
  EXPECT_THAT(events_, ElementsAre("GET /page", "GET /page"));
}

// RFC 9110, section 9.3.2.
TEST_F(SessionHttpTest, WhateverAnswersHeadHasNoBody) {
  receive("HEAD /page HTTP/1.1\r\nHost: x\r\n\r\n");
  peer().respond(wire::text_response(503, "The server is stopping."), true, now_);
  EXPECT_THAT(sent(), EndsWith("\r\n\r\n"));
  receive("\x01");  // the next request, whatever it is, is not HEAD
  EXPECT_THAT(sent(), EndsWith("control byte in the request head\n"));
}

TEST_F(SessionHttpTest, PipelinedRequestsAreAnsweredInOrder) {
  int answered = 0;
  answer_ = [&] { answer_with(200 + answered++, true); };
  receive(plain_request + plain_request + plain_request);
  EXPECT_EQ(answered, 3);
  const std::string bytes = sent();
  const std::size_t second = bytes.find("HTTP/1.1 201 ");
  ASSERT_NE(second, std::string::npos);
  EXPECT_THAT(bytes, StartsWith("HTTP/1.1 200 "));
  EXPECT_LT(second, bytes.find("HTTP/1.1 202 "));
}

TEST_F(SessionHttpTest, ABadRequestIsAnsweredAndDrained) {
  receive("GET /\r\n\r\nmore");
  EXPECT_EQ(peer().now_in(), phase::draining);
  const std::string bytes = sent();
  EXPECT_THAT(bytes, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(bytes, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(last_action_, action::end_sending);
  sent();
  EXPECT_EQ(last_action_, action::none);
  receive(plain_request);
  EXPECT_THAT(events_, IsEmpty());
  EXPECT_EQ(peer().on_end_of_input(), action::end_socket);
}

TEST_F(SessionHttpTest, ATooLargeHeadIsAnswered431) {
  options_.limits.max_header_bytes = 256;
  receive("GET /" + std::string(300, 'x'));
  EXPECT_THAT(sent(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(SessionHttpTest, ABadSecondRequestIsAnsweredBehindTheFirst) {
  answer_everything();
  receive(plain_request + "nonsense\r\n\r\n");
  const std::string bytes = sent();
  EXPECT_LT(bytes.find("HTTP/1.1 200 "), bytes.find("HTTP/1.1 400 "));
  EXPECT_EQ(last_action_, action::end_sending);
}

TEST_F(SessionHttpTest, AnAnswerMayEndTheConnection) {
  for (const bool by_request : {true, false}) {
    session_.reset();
    receive(plain_request);
    wire::response answer = wire::text_response(200, "words");
    answer.close = !by_request;
    peer().respond(answer, !by_request, now_);
    EXPECT_EQ(peer().now_in(), phase::draining);
    EXPECT_THAT(sent(), HasSubstr("Connection: close\r\n"));
    EXPECT_EQ(last_action_, action::end_sending);
  }
}

TEST_F(SessionHttpTest, TheBodyIsSentUnlessTheRequestIsHead) {
  for (const bool head : {false, true}) {
    session_.reset();
    receive(head ? "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" : plain_request);
    peer().respond(wire::text_response(200, "words"), true, now_);
    const std::string bytes = sent();
    EXPECT_THAT(bytes, HasSubstr("Content-Length: 6\r\n"));
    EXPECT_EQ(bytes.substr(bytes.find("\r\n\r\n") + 4), head ? "" : "words\n");
  }
}

// Refused before its first line ended, it is a HEAD all the same.
TEST_F(SessionHttpTest, AMalformedHeadGetsNoBody) {
  for (const char* request : {"HEAD /\x01", "HEAD /\n", "HEAD / HTTP/1.1\r\nHost: a\r\nb\r\n"}) {
    session_.reset();
    receive(request);
    const std::string bytes = sent();
    EXPECT_THAT(bytes, HasSubstr("HTTP/1.1 400 ")) << request;
    EXPECT_THAT(bytes, EndsWith("\r\n\r\n")) << request;
  }
}

TEST_F(SessionHttpTest, AnAnswerWithoutABodyIsItsHead) {
  receive(plain_request);
  wire::response answer;
  answer.status = 304;
  peer().respond(answer, true, now_);
  EXPECT_THAT(sent(), EndsWith("\r\n\r\n"));
}

TEST_F(SessionHttpTest, WhoSendsNothingIsDroppedSilently) {
  EXPECT_EQ(pass(options_.timeouts.handshake - 1ms), action::none);
  EXPECT_EQ(pass(1ms), action::end_socket);
  EXPECT_EQ(sent(), "");
  EXPECT_EQ(peer().ended_by(), cause::handshake_timeout);
}

TEST_F(SessionHttpTest, HalfARequestIsAnswered408) {
  receive("GET / HT");
  pass(5s);
  receive("TP/1.1\r\n");  // a trickle gains no time
  EXPECT_EQ(pass(5s), action::none);
  EXPECT_EQ(peer().now_in(), phase::draining);
  EXPECT_THAT(sent(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(last_action_, action::end_sending);
  EXPECT_EQ(peer().ended_by(), cause::handshake_timeout);
  EXPECT_EQ(pass(1min), action::end_socket);
}

TEST_F(SessionHttpTest, AnUndecidedRequestIsAnswered503) {
  receive(plain_request);
  EXPECT_EQ(pass(options_.timeouts.handshake), action::none);
  EXPECT_EQ(peer().now_in(), phase::draining);
  EXPECT_THAT(sent(), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(peer().ended_by(), cause::handshake_timeout);
}

TEST_F(SessionHttpTest, AnIdleKeptConnectionEndsSilently) {
  answer_everything();
  receive(plain_request);
  sent();
  EXPECT_EQ(pass(options_.timeouts.http_idle - 1ms), action::none);
  EXPECT_EQ(pass(1ms), action::end_socket);
  EXPECT_EQ(peer().ended_by(), cause::none);
}

// Receiving no bytes once was the beginning of a request, with the shorter time of one.
TEST_F(SessionHttpTest, TheOwnersEmptyReceiveDoesNotShortenTheIdleTime) {
  answer_everything();
  receive(plain_request);
  EXPECT_EQ(peer().deadline(), now_ + options_.timeouts.http_idle);
}

TEST_F(SessionHttpTest, ASecondRequestHasTheTimeOfAHandshakeFromItsFirstByte) {
  answer_everything();
  receive(plain_request);
  sent();
  pass(14s);
  receive("GET");
  EXPECT_EQ(pass(9s), action::none);
  receive(" / ");
  EXPECT_EQ(pass(1s), action::none);
  EXPECT_THAT(sent(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(peer().ended_by(), cause::none);
}

TEST_F(SessionHttpTest, ASlowDownloadIsNotIdle) {
  answer_ = [this] {
    wire::response file;
    file.body = std::make_shared<const std::string>(std::string(100, 'x'));
    peer().respond(file, true, now_);
  };
  receive(plain_request);
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(pass(14s), action::none);
    ASSERT_EQ(send(1).size(), 1U);
  }
  EXPECT_EQ(pass(15s), action::end_socket);
}

TEST_F(SessionHttpTest, WhoHalfClosesBehindARequestStillGetsTheAnswer) {
  answer_everything();
  receive(plain_request);
  EXPECT_EQ(peer().on_end_of_input(), action::none);
  EXPECT_FALSE(peer().wants_input());
  EXPECT_THAT(sent(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(last_action_, action::end_socket);
}

TEST_F(SessionHttpTest, WhoLeavesWithoutARequestIsGone) {
  EXPECT_EQ(peer().on_end_of_input(), action::end_socket);
  EXPECT_FALSE(peer().was_opened());
}

TEST_F(SessionHttpTest, NothingOfAWebSocketIsPossibleYet) {
  EXPECT_EQ(send_text("x"), errc::connection_closing);
  EXPECT_EQ(close(), errc::connection_closing);
  peer().fail(close_code::internal_error, "no", now_);
  EXPECT_EQ(peer().now_in(), phase::request);
  EXPECT_EQ(sent(), "");
}

}  // namespace
}  // namespace broadcast_hub::session
