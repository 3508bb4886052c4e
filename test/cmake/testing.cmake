# One executable is one ctest entry: GoogleTest runs its cases in one process, so that hundreds of
# unit tests cost one start.
include_guard(DIRECTORY)

set(BROADCAST_HUB_TEST_ENVIRONMENT
  "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
  "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1"
  "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1")

# broadcast_hub_add_gtest(<name> LABEL <label> SOURCES <source>...
#                         [LIBRARIES <target>...] [TIMEOUT <seconds>] [PROCESSORS <n>])
function(broadcast_hub_add_gtest name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT;PROCESSORS" "SOURCES;LIBRARIES")
  if(NOT arg_LABEL OR NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "broadcast_hub_add_gtest(${name}): needs LABEL and SOURCES;"
      " not understood: '${arg_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)  # a sanitizer on a busy machine takes its time
  endif()
  if(NOT arg_PROCESSORS)
    set(arg_PROCESSORS 1)
  endif()
  add_executable(${name} ${arg_SOURCES})
  broadcast_hub_set_up_target(${name})
  # Under the tidy preset tests get clang's warnings and its thread safety analysis; clang-tidy
  # itself would take longer than all other checks together.
  # Batches compile in a third of the time, because the headers of GoogleTest outweigh the tests.
  set_target_properties(${name} PROPERTIES
    CXX_CLANG_TIDY ""
    UNITY_BUILD ON
    UNITY_BUILD_BATCH_SIZE 8)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/test")
  target_link_libraries(${name} PRIVATE
    broadcast_hub_objects ${arg_LIBRARIES} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES
    LABELS ${arg_LABEL}
    TIMEOUT ${arg_TIMEOUT}
    PROCESSORS ${arg_PROCESSORS}
    ENVIRONMENT "${BROADCAST_HUB_TEST_ENVIRONMENT}")
endfunction()

# broadcast_hub_count_allocations(<name>): replaces operator new in that program, so that its tests
# can count allocations, or let them fail.
function(broadcast_hub_count_allocations name)
  set(source "${PROJECT_SOURCE_DIR}/test/support/allocation_count.cpp")
  target_sources(${name} PRIVATE "${source}")
  target_link_options(${name} PRIVATE LINKER:--wrap=aligned_alloc)
  set_source_files_properties("${source}" PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# broadcast_hub_add_unit_test(<room> <source>...)
function(broadcast_hub_add_unit_test room)
  broadcast_hub_add_gtest(unit_${room} LABEL unit SOURCES ${ARGN})
endfunction()
