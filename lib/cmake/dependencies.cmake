# Everything from elsewhere, as targets of our own: Debian's websocketpp and RapidJSON set variables
# only, and Asio has no CMake package at all. They are needed to build the library, never to use it.
include_guard(DIRECTORY)

function(broadcast_hub_find_headers name header package)
  find_path(BROADCAST_HUB_${name}_INCLUDE_DIR ${header})
  mark_as_advanced(BROADCAST_HUB_${name}_INCLUDE_DIR)
  if(NOT BROADCAST_HUB_${name}_INCLUDE_DIR)
    message(FATAL_ERROR "broadcast_hub needs ${header}. On Debian: apt install ${package}")
  endif()
  add_library(broadcast_hub_${name} INTERFACE IMPORTED)
  target_include_directories(broadcast_hub_${name} SYSTEM INTERFACE
    "${BROADCAST_HUB_${name}_INCLUDE_DIR}")
endfunction()

find_package(Threads REQUIRED)

find_package(ZLIB)
if(NOT ZLIB_FOUND)
  message(FATAL_ERROR "broadcast_hub needs zlib. On Debian: apt install zlib1g-dev")
endif()

broadcast_hub_find_headers(websocketpp websocketpp/processors/hybi13.hpp libwebsocketpp-dev)
target_compile_definitions(broadcast_hub_websocketpp INTERFACE
  _WEBSOCKETPP_CPP11_STRICT_)

broadcast_hub_find_headers(asio asio.hpp libasio-dev)
target_compile_definitions(broadcast_hub_asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED)
# Left to itself, Asio decides by which header came first whether memory comes from aligned_alloc or
# from operator new: files that disagree free what the others allocated.
target_compile_definitions(broadcast_hub_asio INTERFACE ASIO_HAS_STD_ALIGNED_ALLOC=1)
# ThreadSanitizer does not know fences: gcc warns about each, and it would report races that are none.
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=[a-z,]*thread")
  target_compile_definitions(broadcast_hub_asio INTERFACE ASIO_DISABLE_FENCED_BLOCK)
endif()

broadcast_hub_find_headers(rapidjson rapidjson/reader.h rapidjson-dev)

if(BROADCAST_HUB_BUILD_EXAMPLES)
  find_package(CLI11 REQUIRED)
  find_package(spdlog REQUIRED)
endif()

if(BROADCAST_HUB_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()
