#pragma once

namespace broadcast_hub::test {

#ifdef __SANITIZE_ADDRESS__
inline constexpr bool with_address_sanitizer = true;
#else
inline constexpr bool with_address_sanitizer = false;
#endif

/// A test of one thread shows it nothing, and takes several times as long.
#ifdef __SANITIZE_THREAD__
inline constexpr bool with_thread_sanitizer = true;
#else
inline constexpr bool with_thread_sanitizer = false;
#endif

}  // namespace broadcast_hub::test
