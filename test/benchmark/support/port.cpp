#include "support/port.hpp"

#include <iostream>

namespace broadcast_hub::benchmark {

void print_port(std::uint16_t port) {
  std::cout << port << std::endl;  // NOLINT(performance-avoid-endl): somebody waits for it
}

}  // namespace broadcast_hub::benchmark
