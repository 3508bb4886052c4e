# cmake -DFROM=... -DTO=... -DREMEDY=... -P: copies one file of a page, or says what to do about it.
if(NOT EXISTS "${FROM}")
  message(FATAL_ERROR "${FROM} is missing. ${REMEDY}")
endif()
configure_file("${FROM}" "${TO}" COPYONLY)
file(TOUCH_NOCREATE "${TO}")
