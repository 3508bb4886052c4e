include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/broadcast_hub")

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
