# The program as it stands gets the least standard that the library asks for. A user's warnings must
# not find anything in our headers.
add_executable(my_program_cxx20 my_program.cpp)
target_link_libraries(my_program_cxx20 PRIVATE broadcast_hub::broadcast_hub)
set_target_properties(my_program PROPERTIES CXX_STANDARD 17 CXX_EXTENSIONS OFF)
set_target_properties(my_program_cxx20 PROPERTIES CXX_STANDARD 20 CXX_EXTENSIONS OFF)

enable_testing()
foreach(program my_program my_program_cxx20)
  target_compile_options(${program} PRIVATE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
  add_test(NAME ${program} COMMAND ${program})
endforeach()
