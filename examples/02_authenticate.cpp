// Who may come in: three hubs. One knows at once, one has to ask elsewhere first, and one is for
// pages in browsers.
//
// Try it with a client that can set a header, for example wscat from npm:
//   wscat -c ws://localhost:8081/                                           401
//   wscat -H "Authorization: Bearer nobody" -c ws://localhost:8081/         403
//   wscat -H "Authorization: Bearer alice-token" -c ws://localhost:8081/    welcome
// The hub on port 8082 answers the same, half a second later. That on port 8083 lets everybody in,
// and closes with 4501 whoever has no cookie:
//   wscat -c ws://localhost:8083/                                           closed, 4501
//   wscat -H "Cookie: session=alice-session" -c ws://localhost:8083/        welcome

#include <broadcast_hub/hub.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>

using broadcast_hub::connection;
using broadcast_hub::upgrade_reply;
using broadcast_hub::upgrade_request;

namespace {

// [region decide]
upgrade_reply decide(std::string_view authorization) {
  if (authorization.empty()) {
    upgrade_reply answer = upgrade_reply::refuse(401, "Say who you are.");
    answer.headers = {{"WWW-Authenticate", "Bearer"}};
    return answer;
  }
  if (authorization != "Bearer alice-token") {
    return upgrade_reply::refuse(403, "This token opens nothing here.");
  }
  return upgrade_reply::accept("alice", "may write");
}
// [endregion decide]

// [region welcome]
void welcome(const connection& c) {
  c.send("Welcome, " + c.user() + ": you " + c.info() + ".");
}
// [endregion welcome]

void decide_at_once(broadcast_hub::hub& hub) {
  // [region at_once]
  hub.on_upgrade(
      [](const upgrade_request& request) { return decide(request.header("Authorization")); });
  // [endregion at_once]
}

void decide_later(broadcast_hub::hub& hub) {
  // [region later]
  hub.on_upgrade([](const upgrade_request& request, broadcast_hub::upgrade_responder responder) {
    std::string token(request.header("Authorization"));
    std::thread([token, responder] {
      std::this_thread::sleep_for(std::chrono::milliseconds(500));  // stands for a slow database
      responder.reply(decide(token));
    }).detach();
  });
  // [endregion later]
}

void decide_for_pages(broadcast_hub::hub& hub) {
  // [region pages]
  hub.on_upgrade([](const upgrade_request& request) {
    const bool known = request.header("Cookie") == "session=alice-session";
    return known ? upgrade_reply::accept("alice", "may write") : upgrade_reply::accept();
  });
  hub.on_open([](const connection& c) {
    if (c.user().empty())
      c.close(broadcast_hub::close_code{4501}, "unauthorised");  // final: nobody comes back
    else
      welcome(c);
  });
  // [endregion pages]
}

}  // namespace

int main() {
  broadcast_hub::hub quick;
  decide_at_once(quick);
  quick.on_open(welcome);
  quick.listen(8081);
  quick.start();  // on a thread of its own

  broadcast_hub::hub patient;
  decide_later(patient);
  patient.on_open(welcome);
  patient.listen(8082);
  patient.start();

  broadcast_hub::hub of_pages;
  decide_for_pages(of_pages);
  of_pages.listen(8083);
  of_pages.run();
}
