# cmake -DPREFIX=... -P: what is installed beside the library and its headers.
foreach(file
    include/broadcast_hub/hub.hpp
    share/doc/broadcast_hub/LICENSE
    share/broadcast_hub/web/client/broadcast_hub.js
    share/broadcast_hub/web/client/broadcast_hub.d.ts
    share/broadcast_hub/web/client/package.json)
  if(NOT EXISTS "${PREFIX}/${file}")
    message(FATAL_ERROR "${file} is not installed")
  endif()
endforeach()

# Whatever a module of the client imports must be there, too.
set(client "${PREFIX}/share/broadcast_hub/web/client")
file(GLOB modules "${client}/*.js")
foreach(module IN LISTS modules)
  file(STRINGS "${module}" imports REGEX "from [\"']\\./")
  foreach(line IN LISTS imports)
    string(REGEX REPLACE ".*from [\"']\\./([^\"']+)[\"'].*" "\\1" name "${line}")
    if(NOT EXISTS "${client}/${name}")
      message(FATAL_ERROR "${module} imports ${name}, which is not installed")
    endif()
  endforeach()
endforeach()
