// A hub inside a program that has a loop already, here a game that moves a ball thirty times a
// second. There is one thread, so handlers and game share their state without locks.
//
// Try it: run it, then in the browser console of a page from localhost
//   s = new WebSocket("ws://localhost:8081/"); s.onmessage = e => console.log(e.data);
//   s.send("kick");

#include <broadcast_hub/hub.hpp>

#include <chrono>
#include <csignal>
#include <string>
#include <string_view>
#include <thread>

namespace {

volatile std::sig_atomic_t asked_to_end = 0;

void ask_to_end(int) {
  asked_to_end = 1;
}

struct ball {
  int position = 0;
  int speed = 1;

  void move() { position = (position + speed + 1000) % 1000; }
  void kick() { speed = -2 * speed % 64; }
};

}  // namespace

int main() {
  // [region set_up]
  ball ball;  // before the hub, whose handlers refer to it
  broadcast_hub::hub hub;
  hub.on_message([&](broadcast_hub::connection, std::string_view text) {
    if (text == "kick") {
      ball.kick();
    }
  });
  hub.listen(8081);
  // [endregion set_up]

  // Only `run()` installs signal handlers; with `poll()` they are the program's own business.
  std::signal(SIGINT, ask_to_end);
  std::signal(SIGTERM, ask_to_end);

  // [region loop]
  auto next_frame = std::chrono::steady_clock::now();
  while (asked_to_end == 0) {
    hub.poll();  // does what is ready and returns
    ball.move();
    hub.broadcast("ball at " + std::to_string(ball.position));
    next_frame += std::chrono::milliseconds(33);
    std::this_thread::sleep_until(next_frame);
  }
  hub.stop();
  // [endregion loop]
}
