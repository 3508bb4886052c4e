#pragma once

#include <stdexcept>

namespace broadcast_hub::benchmark {

/// The server did not do what it is measured for, so there is no figure.
class server_fault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace broadcast_hub::benchmark
