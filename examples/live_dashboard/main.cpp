// A live dashboard: prices that change many times a second, and a chart of the last minute that has
// no hole when a page was away. The page is in web/.
//
//   price.ACME, ...   the present price: whoever is behind skips to the newest
//   samples           all prices four times a second, with a history of a minute
//
// live_dashboard [PORT [SAMPLES]]: port 8080 unless told otherwise, 0 picks a free one; so many
// samples are kept, 240 unless told otherwise. With few of them a page that was away is told that
// it missed some.

#include "whole_number.hpp"

#include <broadcast_hub/hub.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;

namespace {

constexpr std::array symbols = {"ACME", "GLOBEX", "INITECH"};

// [region topics]
broadcast_hub::hub_options make_options(std::size_t kept_samples) {
  broadcast_hub::topic_options price;
  price.slow_consumers = broadcast_hub::slow_consumer_policy::latest;
  price.history.max_publications = 1;  // for whoever comes: the price is there at once

  broadcast_hub::topic_options samples;
  samples.history.max_publications = kept_samples;  // 240 are a minute

  broadcast_hub::hub_options options;
  options.topics.rules = {{"price.*", price}, {"samples", samples}};
  options.heartbeat.ping_after = 5s;  // a page that sleeps is let go, and resumes when it wakes
  options.heartbeat.pong_within = 5s;
  options.protocol.retry_max = 5s;  // a few pages; thousands should come back more slowly
  options.protocol.comeback_within = 2s;
  return options;
}
// [endregion topics]

class market {
 public:
  void move() {
    std::normal_distribution<double> step(0, 0.05);
    for (double& price : prices_) {
      price = std::max(1.0, std::round((price + step(random_)) * 100) / 100);
    }
  }

  std::string price(std::size_t index) const {
    const std::string digits = std::to_string(prices_[index]);
    return digits.substr(0, digits.find('.') + 3);
  }

  // {"at":1700000000000,"prices":[100.12,99.47,101.30]}
  std::string sample() const {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    return "{\"at\":" + std::to_string(at) + ",\"prices\":[" + price(0) + "," + price(1) + "," +
           price(2) + "]}";
  }

 private:
  std::array<double, symbols.size()> prices_{100, 98, 102};
  std::mt19937 random_{std::random_device{}()};
};

void serve(std::uint16_t port, std::size_t kept_samples) {
  market stocks;
  broadcast_hub::hub hub(make_options(kept_samples));
  hub.every(50ms, [&] {
    stocks.move();
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      hub.publish(std::string("price.") + symbols[i], stocks.price(i));
    }
  });
  hub.every(250ms, [&] { hub.publish("samples", stocks.sample()); });

  broadcast_hub::listen_options door;
  door.port = port;
  door.web_root = PAGE_FOLDER;
  const std::string url = "http://localhost:" + std::to_string(hub.listen(door)) + "/";
  hub.after(0ms,
            [url] { std::cout << "Open " + url + " in a browser. Ctrl+C stops." << std::endl; });
  hub.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const unsigned long port = argc > 1 ? number_argument("PORT", argv[1], 0, 65535) : 8080;
    const unsigned long kept = argc > 2 ? number_argument("SAMPLES", argv[2], 1, 1'000'000) : 240;
    serve(static_cast<std::uint16_t>(port), kept);
    return 0;
  } catch (const std::invalid_argument& error) {
    std::cerr << "live_dashboard: " << error.what() << std::endl;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "live_dashboard: " << error.what() << std::endl;
    return 1;
  }
}
