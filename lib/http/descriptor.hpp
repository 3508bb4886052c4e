#pragma once

#include <unistd.h>

#include <utility>

namespace broadcast_hub::http {

/// Owns one file descriptor, or none.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int value) noexcept : value_(value) {}
  ~descriptor() { reset(); }
  descriptor(descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      value_ = std::exchange(other.value_, -1);
    }
    return *this;
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  int get() const noexcept { return value_; }
  explicit operator bool() const noexcept { return value_ >= 0; }

 private:
  void reset() noexcept {
    if (value_ >= 0) {
      ::close(value_);
    }
  }

  int value_ = -1;
};

}  // namespace broadcast_hub::http
