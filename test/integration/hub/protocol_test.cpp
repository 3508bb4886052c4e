// bhub.v1, as clients see it that speak it by hand.

#include "protocol_fixture.hpp"
#include "support/inflater.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace broadcast_hub::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;
using testing::UnorderedElementsAre;

TEST_P(ProtocolTest, ASessionBeginsWithAHello) {
  chosen_.protocol.retry_min = 250ms;
  begin();
  protocol_client client(port_);
  EXPECT_THAT(client.socket().response(), HasSubstr("Sec-WebSocket-Protocol: bhub.v1\r\n"));
  EXPECT_THAT(
      client.hello(),
      MatchesRegex(R"(\{"hello":\{"cid":"[0-9a-z]+-[0-9]+","ping":25000,)"
                   R"("retry":\[250,20000\],"max":65536,"window":120000,"v":"[0-9.]+"\}\})"));
  EXPECT_NE(protocol_client(port_).hello(), client.hello());
}

TEST_P(ProtocolTest, WhoDoesNotOfferItGetsPayloads) {
  begin();
  ws_client plain(port_);
  EXPECT_EQ(plain.response().find("Sec-WebSocket-Protocol"), std::string::npos);
  protocol_client client(port_);
  subscribe(client, "default");
  hub_->broadcast(R"({"message":"Hello hello!"})");
  EXPECT_EQ(plain.read_text(), R"({"message":"Hello hello!"})");
  EXPECT_EQ(client.read(), R"({"t":"default","o":1,"d":{"message":"Hello hello!"}})");
}

TEST_P(ProtocolTest, AListenerWithoutItAgreesOnNothing) {
  listen_.bhub_v1 = false;
  begin();
  ws_client plain(port_, "/", "Sec-WebSocket-Protocol: other, bhub.v1\r\n");
  EXPECT_EQ(plain.response().find("Sec-WebSocket-Protocol"), std::string::npos);
  hub_->broadcast("x");
  EXPECT_EQ(plain.read_text(), "x");
}

TEST_P(ProtocolTest, ItIsFoundAmongOthers) {
  begin();
  ws_client client(port_, "/", "Sec-WebSocket-Protocol: other, bhub.v1\r\n");
  EXPECT_THAT(client.read_text(), StartsWith(R"({"hello":)"));
}

TEST_P(ProtocolTest, PayloadsThatAreNotJsonAreMarked) {
  begin();
  protocol_client client(port_);
  subscribe(client, "a");
  hub_->publish("a", "plain \"text\"\n");
  hub_->publish("a", std::string("\x00\xff\x01", 3), message_kind::binary);
  hub_->publish("a", " [1, 2] ");
  EXPECT_EQ(client.read(), R"({"t":"a","o":1,"s":"plain \"text\"\n"})");
  EXPECT_EQ(client.read(), R"({"t":"a","o":2,"b":"AP8B"})");
  EXPECT_EQ(client.read(), R"({"t":"a","o":3,"d": [1, 2] })");
}

TEST_P(ProtocolTest, ManyTopicsInOneFrameAreAnsweredOneByOne) {
  begin();
  protocol_client client(port_);
  client.send(R"({"id":3,"sub":{"a":{},"not a name":{},"b.*":{},"fresh":{}}})");
  EXPECT_THAT(client.read(), MatchesRegex(R"(\{"id":3,"sub":"a","e":"[0-9a-z]+","o":0.*)"));
  EXPECT_THAT(client.read(), HasSubstr(R"("sub":"not a name","error":{"code":101)"));
  EXPECT_EQ(client.read(), R"({"id":3,"sub":"b.*"})");
  EXPECT_THAT(client.read(), HasSubstr(R"("m":"latest")"));
  hub_->publish("b.c", "1");
  EXPECT_EQ(client.read(), R"({"t":"b.c","o":1,"d":1})");
}

TEST_P(ProtocolTest, WhatWasMissedIsSentAgainAsItWas) {
  begin();
  protocol_client live(port_);
  const std::string epoch = subscribe(live, "kept.a");
  std::vector<std::string> frames;
  for (const char* payload : {"1", "two", "[3]", "{\"four\":4}"})
    hub_->publish("kept.a", payload);
  for (int i = 0; i < 4; ++i)
    frames.push_back(live.read());

  protocol_client late(port_);
  EXPECT_THAT(late.ask(resume("kept.a", epoch, "1")), HasSubstr(R"("o":4,"rec":true,"n":3)"));
  EXPECT_EQ(late.read(), frames[1]);
  EXPECT_EQ(late.read(), frames[2]);
  EXPECT_EQ(late.read(), frames[3]);
  hub_->publish("kept.a", "5");
  EXPECT_EQ(late.read(), R"({"t":"kept.a","o":5,"d":5})");
  EXPECT_EQ(hub_->stats().recovered, 1U);
  EXPECT_EQ(hub_->stats().replayed, 3U);
}

TEST_P(ProtocolTest, WhatCannotBeRecoveredIsSaid) {
  chosen_.topics.rules[0].options.max_lag_bytes = 4000;
  begin();
  protocol_client client(port_);
  const std::string epoch = subscribe(client, "kept.a");
  client.ask(R"({"id":2,"unsub":["kept.a"]})");
  for (int i = 0; i < 7; ++i)
    hub_->publish("kept.a", "1");
  EXPECT_THAT(client.ask(resume("kept.a", "zzz", "6")),
              HasSubstr(R"("o":7,"rec":false,"why":"epoch","n":0)"));
  EXPECT_THAT(client.ask(resume("kept.a", epoch, "1")), HasSubstr(R"("why":"gap")"));
  EXPECT_THAT(client.ask(resume("kept.a", epoch, "99")), HasSubstr(R"("why":"gap")"));
  hub_->publish("kept.a", '"' + std::string(2000, 'x') + '"');
  client.read();
  hub_->publish("kept.a", '"' + std::string(2000, 'x') + '"');
  client.read();
  EXPECT_THAT(client.ask(resume("kept.a", epoch, "7")), HasSubstr(R"("why":"limit")"));
  hub_->publish("kept.a", "10");
  EXPECT_EQ(client.read(), R"({"t":"kept.a","o":10,"d":10})");
  EXPECT_EQ(hub_->stats().not_recovered, 4U);
}

// Far more than may be queued for a connection.
TEST_P(ProtocolTest, ManyTopicsAreResumedAtOnce) {
  chosen_.outbound.max_queued_bytes = 64 * 1024;
  begin();
  std::string command = R"({"id":1,"sub":{)";
  for (int i = 0; i < 100; ++i) {
    const std::string topic = "kept." + std::to_string(i);
    for (int n = 0; n < 3; ++n)
      hub_->publish(topic, '"' + std::string(600, 'x') + '"');
    const std::string epoch = part_of(
        protocol_client(port_).ask(R"({"id":1,"sub":{")" + topic + R"(":{}}})"), R"("e":")", '"');
    command += (i == 0 ? "" : ",") + ('"' + topic) + R"(":{"e":")" + epoch + R"(","o":0})";
  }
  protocol_client client(port_);
  client.send(command + "}}");
  int recovered = 0;
  for (int frames = 0; frames < 100 + 300; ++frames)
    recovered += client.read().find(R"("rec":true,"n":3)") != std::string::npos ? 1 : 0;
  EXPECT_EQ(recovered, 100);
  EXPECT_EQ(hub_->stats().replayed, 300U);
  EXPECT_EQ(hub_->stats().offered, 300U);
  EXPECT_TRUE(eventually([&] { return hub_->stats().deliveries == 300; }));  // counted when sent
  EXPECT_EQ(hub_->stats().slow_consumers, 0U);
}

TEST_P(ProtocolTest, WhoIsUpToDateRecoversHoweverLittleRoomThereIs) {
  chosen_.outbound.max_queued_bytes = 1024;
  begin();
  hub_->publish("kept.a", "1");
  protocol_client client(port_);
  const std::string epoch = subscribe(client, "kept.a");
  client.ask(R"({"id":2,"unsub":["kept.a"]})");
  EXPECT_THAT(client.ask(resume("kept.a", epoch, "1")), HasSubstr(R"("rec":true,"n":0)"));
}

TEST_P(ProtocolTest, AnApplicationsRetryIsKnownByItsKey) {
  begin();
  EXPECT_FALSE(hub_->publish("a", "1", message_kind::text, "key").duplicate);
  const publish_result again = hub_->publish("a", "1", message_kind::text, "key");
  EXPECT_TRUE(again && again.duplicate);
  EXPECT_EQ(again.offset, 1U);
  EXPECT_EQ(hub_->publish("a", "2").offset, 2U);
}

TEST_P(ProtocolTest, ALateJoinerMayBeginWithTheLastOnes) {
  begin();
  for (int i = 1; i <= 4; ++i)
    hub_->publish("kept.a", std::to_string(i));
  protocol_client client(port_);
  EXPECT_THAT(client.ask(R"({"id":1,"sub":{"kept.a":{"last":2}}})"), HasSubstr(R"("o":4,"n":2)"));
  EXPECT_EQ(client.read(), R"({"t":"kept.a","o":3,"d":3})");
  EXPECT_EQ(client.read(), R"({"t":"kept.a","o":4,"d":4})");
}

TEST_P(ProtocolTest, SubscriptionsAreEndedAndFaultsNamed) {
  begin();
  protocol_client client(port_);
  subscribe(client, "a");
  EXPECT_THAT(client.ask(R"({"id":2,"sub":{"a":{}}})"), HasSubstr(R"("error":{"code":105)"));
  EXPECT_EQ(client.ask(R"({"id":3,"unsub":["a"]})"), R"({"id":3,"ok":{}})");
  EXPECT_THAT(client.ask(R"({"id":4,"unsub":["a"]})"), HasSubstr(R"("error":{"code":106)"));
  EXPECT_THAT(client.ask(R"({"id":5,"fly":"away"})"), HasSubstr(R"("error":{"code":102)"));
  EXPECT_THAT(client.ask(R"({"id":6,"sub":{"a.>":{"last":2}}})"),
              HasSubstr(R"("error":{"code":101)"));
  EXPECT_EQ(hub_->publish("a", "1").subscribers, 0U);
}

TEST_P(ProtocolTest, ClientsPublishWhereTheyMay) {
  begin();
  ws_client plain(port_);
  protocol_client client(port_);
  EXPECT_THAT(client.ask(R"({"id":1,"pub":"default","d":1})"), HasSubstr(R"("error":{"code":103)"));
  const std::string epoch = subscribe(client, "kept.a");
  client.send(R"({"id":2,"pub":"kept.a","d": {"as": "it is"} ,"key":"k"})");
  const std::string done = R"({"id":2,"ok":{"e":")" + epoch + R"(","o":1,"window":120000}})";
  const std::vector<std::string> both{client.read(), client.read()};
  EXPECT_THAT(both, UnorderedElementsAre(done, R"({"t":"kept.a","o":1,"d":{"as": "it is"}})"));
  EXPECT_EQ(client.ask(R"({"id":2,"pub":"kept.a","d":{"as": "it is"},"key":"k"})"), done);
  client.send(R"({"pub":"kept.a","b":"AAE="})");
  EXPECT_EQ(client.read(), R"({"t":"kept.a","o":2,"b":"AAE="})");
  const history_result history = hub_->history("kept.a");
  ASSERT_EQ(history.publications.size(), 2U);
  EXPECT_EQ(history.publications[0].payload, R"({"as": "it is"})");
  EXPECT_EQ(history.publications[1].payload, std::string("\0\1", 2));
  EXPECT_EQ(history.publications[1].kind, message_kind::binary);
}

TEST_P(ProtocolTest, TheApplicationDecides) {
  prepare_ = [this] {
    hub_->on_subscribe([](const connection& peer, const subscribe_event& event) {
      EXPECT_TRUE(peer.user().empty());
      return event.topic == "secret" ? command_reply::deny("not for you") : command_reply::allow();
    });
    hub_->on_publish([](const connection&, const publish_event& event) {
      if (event.payload == "0")
        throw std::runtime_error("what is this?");
      return event.payload == "1" ? command_reply::allow() : command_reply::deny();
    });
    hub_->on_history(
        [](const connection&, const history_event&) { return command_reply::allow(); });
  };
  begin();
  protocol_client client(port_);
  EXPECT_EQ(client.ask(R"({"id":1,"sub":{"secret":{}}})"),
            R"({"id":1,"sub":"secret","error":{"code":103,"reason":"not for you"}})");
  EXPECT_THAT(client.ask(R"({"id":2,"pub":"kept.a","d":1})"), HasSubstr(R"("ok":)"));
  EXPECT_THAT(client.ask(R"({"id":3,"pub":"kept.a","d":2})"), HasSubstr(R"("code":103)"));
  EXPECT_THAT(client.ask(R"({"id":4,"history":"kept.a"})"),
              HasSubstr(R"("items":[{"o":1,"d":1}])"));
  EXPECT_EQ(client.ask(R"({"id":5,"pub":"kept.a","d":0})"),
            R"({"id":5,"error":{"code":100,"reason":"the server failed"}})");
}

// Once the client waited for such an answer for ever.
TEST_P(ProtocolTest, AnAnswerThatIsTooLongEndsTheConnection) {
  prepare_ = [this] {
    hub_->on_subscribe([](const connection&, const subscribe_event&) {
      return command_reply::deny(std::string(2'000'000, 'x'));
    });
  };
  begin();
  protocol_client client(port_);
  client.send(R"({"id":1,"sub":{"a":{}}})");
  EXPECT_EQ(client.socket().read_close(), 1011U);
}

TEST_P(ProtocolTest, HistoryIsForWhoIsSubscribed) {
  begin();
  for (int i = 1; i <= 4; ++i)
    hub_->publish("kept.a", std::to_string(i));
  protocol_client client(port_);
  EXPECT_THAT(client.ask(R"({"id":1,"history":"kept.a"})"), HasSubstr(R"("code":106)"));
  EXPECT_THAT(client.ask(R"({"id":2,"sub":{"kept.*":{}}})"), HasSubstr(R"("sub":"kept.*")"));
  const std::string all = client.ask(R"({"id":3,"history":"kept.a"})");
  EXPECT_THAT(all, HasSubstr(R"("o":4,"items":[{"o":1,"d":1},{"o":2,"d":2})"));
  EXPECT_THAT(client.ask(R"({"id":4,"history":"kept.a","limit":1,"since":{"e":")" + epoch_of(all) +
                         R"(","o":2}})"),
              HasSubstr(R"("items":[{"o":3,"d":3}])"));
}

TEST_P(ProtocolTest, MessagesGoToTheApplicationAndComeFromIt) {
  prepare_ = [this] {
    hub_->on_message([](const connection& peer, const message& received) {
      peer.send(received.payload, received.kind);
    });
  };
  begin();
  protocol_client client(port_);
  EXPECT_EQ(client.ask(R"({"msg":{"a": 1}})"), R"({"msg":{"a": 1}})");
  EXPECT_EQ(client.ask(R"({"s":"text"})"), R"({"s":"text"})");
  EXPECT_EQ(client.ask(R"({"b":"AP8="})"), R"({"b":"AP8="})");
  ws_client plain(port_);
  ASSERT_TRUE(eventually([&] { return hub_->connection_count() == 2; }));
  hub_->broadcast_if([](const connection&) { return true; }, R"({"to":"all"})");
  EXPECT_EQ(client.read(), R"({"msg":{"to":"all"}})");
  EXPECT_EQ(plain.read_text(), R"({"to":"all"})");
}

TEST_P(ProtocolTest, MalformedFramesAreNamedAndTooManyEndTheConnection) {
  chosen_.protocol.max_faults_per_minute = 3;
  begin();
  protocol_client client(port_);
  EXPECT_THAT(client.ask("{"), HasSubstr(R"({"error":{"code":101,"reason":)"));
  client.socket().send_binary("{}");
  EXPECT_THAT(client.read(), HasSubstr(R"("code":101)"));
  EXPECT_THAT(client.ask(R"({"id":1,"sub":7})"), HasSubstr(R"({"id":1,"error":{"code":101)"));
  client.send("[]");
  EXPECT_EQ(client.socket().read_close(), 1008U);
  EXPECT_TRUE(eventually([&] { return hub_->stats().command_faults == 4; }));
}

TEST_P(ProtocolTest, AnAnswerToARequestMaySubscribe) {
  prepare_ = [this] {
    hub_->on_upgrade([](const upgrade_request&) {
      upgrade_reply reply = upgrade_reply::accept("ann");
      reply.subscriptions = {"kept.a", "room.*", "no good name"};
      return reply;
    });
    hub_->on_open([this](const connection&) { hub_->publish("room.1", "1"); });
  };
  begin();
  ws_client plain(port_);
  EXPECT_EQ(plain.read_text(), "1");
  protocol_client client(port_);
  EXPECT_THAT(client.read(), StartsWith(R"({"sub":"kept.a","e":")"));
  EXPECT_THAT(client.read(), StartsWith(R"({"sub":"room.*")"));
  EXPECT_EQ(client.read(), R"({"t":"room.1","o":2,"d":1})");
}

TEST_P(ProtocolTest, WhatTheApplicationChangesIsTold) {
  prepare_ = [this] {
    hub_->on_message([](const connection& peer, const message& received) {
      received.payload == "0" ? peer.unsubscribe("kept.a") : peer.subscribe("kept.a");
    });
  };
  begin();
  hub_->publish("kept.a", "1");
  protocol_client client(port_);
  EXPECT_THAT(client.ask(R"({"msg":1})"),
              MatchesRegex(R"(\{"sub":"kept.a","e":"[0-9a-z]+","o":1,"n":0\})"));
  EXPECT_EQ(client.ask(R"({"msg":0})"),
            R"({"unsub":"kept.a","code":2600,"reason":"ended by the application"})");
}

TEST_P(ProtocolTest, AStopTellsWhenToComeBack) {
  chosen_.protocol.comeback_within = 5s;
  begin();
  protocol_client client(port_);
  ws_client plain(port_);
  ASSERT_TRUE(eventually([&] { return hub_->connection_count() == 2; }));
  hub_->stop(0ms);
  EXPECT_EQ(client.read(), R"({"bye":{"after":[0,5000]}})");
  EXPECT_EQ(client.socket().read_close(), 1012U);
  EXPECT_EQ(plain.read_close(), 1001U);
}

// It was refused, so a client that sent it again, because the answer to its first attempt was lost,
// reported what had been published as not published.
TEST_P(ProtocolTest, WhatIsPublishedDuringAStopIsNotRefused) {
  prepare_ = [this] {
    hub_->on_publish([this](const connection&, const publish_event&) {
      hub_->stop();  // only asks for it here
      return command_reply::allow();
    });
  };
  begin();
  protocol_client client(port_);
  EXPECT_THAT(client.ask(R"({"id":1,"pub":"kept.a","d":1,"key":"k"})"), StartsWith(R"({"bye":)"));
  EXPECT_EQ(client.socket().read_close(), 1012U);
  EXPECT_EQ(hub_->history("kept.a").newest_offset, 0U);
}

TEST_P(ProtocolTest, PublicationsAreCompressedOnceForAll) {
  listen_.permessage_deflate = true;
  begin();
  protocol_client one(port_, deflate_offer);
  protocol_client two(port_, deflate_offer);
  protocol_client plain(port_);
  for (protocol_client* each : {&one, &two, &plain})
    subscribe(*each, "kept.a");
  const std::string payload = '"' + std::string(2000, 'x') + '"';
  hub_->publish("kept.a", payload);
  const std::string expected = R"({"t":"kept.a","o":1,"d":)" + payload + "}";
  for (protocol_client* each : {&one, &two}) {
    const frame got = each->socket().read_frame();
    EXPECT_TRUE(got.compressed);
    EXPECT_EQ(got.payload, expected);
  }
  EXPECT_EQ(plain.read(), expected);
  EXPECT_EQ(hub_->stats().compressions, 1U);
  EXPECT_EQ(hub_->stats().envelopes, 1U);
}

TEST_P(ProtocolTest, ATopicOfPlainClientsNeedsNoEnvelope) {
  begin();
  ws_client plain(port_);
  hub_->broadcast("x");
  EXPECT_EQ(plain.read_text(), "x");
  EXPECT_EQ(hub_->stats().envelopes, 0U);
}

BROADCAST_HUB_ONE_AND_FOUR_SHARDS(ProtocolTest);

}  // namespace
}  // namespace broadcast_hub::test
