# The servers to be compared. Adds their targets to benchmark_servers and the versions of what they
# are made of, as members of a JSON object, to library_versions. Servers whose library is missing
# are left out; run.sh says so.

set(library_versions)

# broadcast_hub_note_version(<name> <header> <pattern with one group>)
function(broadcast_hub_note_version name header pattern)
  file(STRINGS "${header}" lines REGEX "${pattern}")
  list(GET lines 0 line)
  string(REGEX REPLACE ".*${pattern}.*" "\\1" version "${line}")
  if(library_versions)
    string(APPEND library_versions ", ")
  endif()
  string(APPEND library_versions "\"${name}\": \"${version}\"")
  set(library_versions "${library_versions}" PARENT_SCOPE)
endfunction()

function(broadcast_hub_add_server name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE broadcast_hub_benchmark_support)
  set(benchmark_servers ${benchmark_servers} ${name} PARENT_SCOPE)
endfunction()

broadcast_hub_add_server(bench_hub servers/hub_server.cpp)
target_link_libraries(bench_hub PRIVATE broadcast_hub::broadcast_hub)

add_library(broadcast_hub_benchmark_raw_server OBJECT
  servers/handshake.cpp
  servers/raw_server.cpp)
broadcast_hub_set_up_target(broadcast_hub_benchmark_raw_server)
target_include_directories(broadcast_hub_benchmark_raw_server PRIVATE
  "${CMAKE_CURRENT_SOURCE_DIR}")
target_link_libraries(broadcast_hub_benchmark_raw_server PRIVATE broadcast_hub_websocketpp)
broadcast_hub_add_server(bench_raw_send servers/raw_send.cpp servers/fault.cpp)
broadcast_hub_add_server(bench_raw_coalesced servers/raw_coalesced.cpp)
foreach(server bench_raw_send bench_raw_coalesced)
  target_link_libraries(${server} PRIVATE broadcast_hub_benchmark_raw_server)
endforeach()

broadcast_hub_add_server(bench_websocketpp servers/websocketpp_server.cpp)
# Not broadcast_hub_asio, which leaves out the deprecated parts of Asio: websocketpp is made of them.
target_include_directories(bench_websocketpp SYSTEM PRIVATE "${BROADCAST_HUB_asio_INCLUDE_DIR}")
target_compile_definitions(bench_websocketpp PRIVATE ASIO_STANDALONE)
target_link_libraries(bench_websocketpp PRIVATE broadcast_hub_websocketpp Threads::Threads)
broadcast_hub_note_version(websocketpp
  "${BROADCAST_HUB_websocketpp_INCLUDE_DIR}/websocketpp/version.hpp"
  "user_agent\\[\\] = \"WebSocket\\+\\+/([0-9.]+)\"")

find_path(BROADCAST_HUB_BEAST_INCLUDE_DIR boost/beast.hpp)
mark_as_advanced(BROADCAST_HUB_BEAST_INCLUDE_DIR)
if(BROADCAST_HUB_BEAST_INCLUDE_DIR)
  broadcast_hub_add_server(bench_beast servers/beast_server.cpp)
  target_include_directories(bench_beast SYSTEM PRIVATE "${BROADCAST_HUB_BEAST_INCLUDE_DIR}")
  target_link_libraries(bench_beast PRIVATE Threads::Threads)
  broadcast_hub_note_version(Boost
    "${BROADCAST_HUB_BEAST_INCLUDE_DIR}/boost/version.hpp"
    "define BOOST_LIB_VERSION \"([0-9_]+)\"")
endif()

find_path(BROADCAST_HUB_LIBWEBSOCKETS_INCLUDE_DIR libwebsockets.h)
find_library(BROADCAST_HUB_LIBWEBSOCKETS_LIBRARY websockets)
mark_as_advanced(BROADCAST_HUB_LIBWEBSOCKETS_INCLUDE_DIR BROADCAST_HUB_LIBWEBSOCKETS_LIBRARY)
if(BROADCAST_HUB_LIBWEBSOCKETS_INCLUDE_DIR AND BROADCAST_HUB_LIBWEBSOCKETS_LIBRARY)
  broadcast_hub_add_server(bench_libwebsockets servers/libwebsockets_server.cpp)
  target_include_directories(bench_libwebsockets SYSTEM PRIVATE
    "${BROADCAST_HUB_LIBWEBSOCKETS_INCLUDE_DIR}")
  target_link_libraries(bench_libwebsockets PRIVATE "${BROADCAST_HUB_LIBWEBSOCKETS_LIBRARY}")
  broadcast_hub_note_version(libwebsockets
    "${BROADCAST_HUB_LIBWEBSOCKETS_INCLUDE_DIR}/lws_config.h"
    "define LWS_LIBRARY_VERSION \"([0-9.]+)")
endif()
