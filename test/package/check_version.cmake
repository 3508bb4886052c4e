# cmake -D VERSION=... -D VERSION_FILE=... -P check_version.cmake
# Before 1.0 only a package of the same minor version will do.
function(check asked wanted)
  string(REGEX MATCH "^([0-9]+)\\.([0-9]+)" unused ${asked})
  set(PACKAGE_FIND_VERSION ${asked})
  set(PACKAGE_FIND_VERSION_MAJOR ${CMAKE_MATCH_1})
  set(PACKAGE_FIND_VERSION_MINOR ${CMAKE_MATCH_2})
  include("${VERSION_FILE}")
  if(NOT "${PACKAGE_VERSION_COMPATIBLE}" STREQUAL "${wanted}")
    message(FATAL_ERROR
      "${PACKAGE_VERSION} for ${asked}: '${PACKAGE_VERSION_COMPATIBLE}', not '${wanted}'")
  endif()
endfunction()

string(REGEX MATCH "^([0-9]+)\\.([0-9]+)" same_minor "${VERSION}")
set(major ${CMAKE_MATCH_1})
math(EXPR next_minor "${CMAKE_MATCH_2} + 1")
check(${VERSION} TRUE)
check(${same_minor} TRUE)
check(${major}.${next_minor} FALSE)
check(999.0 FALSE)
