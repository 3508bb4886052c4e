#include "net/error_translation.hpp"

#include <asio/error.hpp>
#include <broadcast_hub/error.hpp>
#include <gtest/gtest.h>

#include <cerrno>
#include <system_error>

namespace broadcast_hub::net {
namespace {

struct translation {
  std::error_code from;
  std::error_code to;
};

/// As Asio reports it.
std::error_code system_error(int number) {
  return {number, asio::error::get_system_category()};
}

TEST(ErrorTranslationTest, EveryErrorIsOneOfOurs) {
  const translation table[] = {
      {system_error(EADDRINUSE), errc::address_in_use},
      {asio::error::address_in_use, errc::address_in_use},
      {system_error(EADDRNOTAVAIL), errc::address_not_available},
      {system_error(EAFNOSUPPORT), errc::address_not_available},
      {system_error(EACCES), errc::permission_denied},
      {system_error(EPERM), errc::permission_denied},
      {asio::error::access_denied, errc::permission_denied},
      {system_error(EMFILE), errc::out_of_resources},
      {system_error(ENFILE), errc::out_of_resources},
      {system_error(ENOMEM), errc::out_of_resources},
      {system_error(ENOBUFS), errc::out_of_resources},
      {system_error(EPIPE), errc::io_error},
      {system_error(ECONNRESET), errc::io_error},
      {asio::error::eof, errc::io_error},
      {asio::error::host_not_found, errc::io_error},
  };
  for (const translation& each : table) {
    EXPECT_EQ(translate(each.from), each.to) << each.from.message();
  }
}

TEST(ErrorTranslationTest, SuccessStaysSuccess) {
  EXPECT_FALSE(translate({}));
}

}  // namespace
}  // namespace broadcast_hub::net
