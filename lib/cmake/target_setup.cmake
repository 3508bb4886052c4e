# What every target of this project has, and no target of anybody else's. Warnings become errors
# by the presets only, so that a new compiler never breaks a user's build.
include_guard(DIRECTORY)

function(broadcast_hub_set_up_target target)
  set_target_properties(${target} PROPERTIES
    CXX_STANDARD 20
    CXX_STANDARD_REQUIRED ON
    CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
endfunction()
