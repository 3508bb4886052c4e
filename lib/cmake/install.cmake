include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/broadcast_hub")

# CMake knows the folder of a set of header files from 3.23 on; users may have an older one.
target_include_directories(broadcast_hub INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(TARGETS broadcast_hub EXPORT broadcast_hub_targets FILE_SET HEADERS)
install(EXPORT broadcast_hub_targets NAMESPACE broadcast_hub:: DESTINATION "${package_dir}")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/broadcast_hub-config.cmake.in"
  "${CMAKE_CURRENT_BINARY_DIR}/broadcast_hub-config.cmake"
  INSTALL_DESTINATION "${package_dir}")
# Before 1.0 a minor version may break its users.
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/broadcast_hub-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${CMAKE_CURRENT_BINARY_DIR}/broadcast_hub-config.cmake"
  "${CMAKE_CURRENT_BINARY_DIR}/broadcast_hub-config-version.cmake"
  DESTINATION "${package_dir}")

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE"
  DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/doc/broadcast_hub")
# What pages import, as npm would pack it.
install(DIRECTORY "${PROJECT_SOURCE_DIR}/web/client"
  DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/broadcast_hub/web"
  PATTERN node_modules EXCLUDE)
