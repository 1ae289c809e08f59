# `cmake --install`: headers, library, program, a CMake package and a pkg-config file.

include(CMakePackageConfigHelpers)

install(TARGETS instructor instructor_re2 instructor_idn2 EXPORT instructorTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT instructorTargets
  NAMESPACE instructor::
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/instructor)

configure_package_config_file(cmake/instructorConfig.cmake.in instructorConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/instructor)
write_basic_package_version_file(instructorConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/instructorConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/instructorConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/instructor)

# Relative to where the file is found, so that the installation can be moved. Absolute directories are kept as they are.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  cmake_path(SET pc_below_prefix "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  set(pc_prefix "/")
  cmake_path(RELATIVE_PATH pc_prefix BASE_DIRECTORY "/${pc_below_prefix}")
  set(pc_prefix "\${pcfiledir}/${pc_prefix}")
endif()
foreach(dir LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
    set(pc_${dir} "${CMAKE_INSTALL_${dir}}")
  else()
    set(pc_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
  endif()
endforeach()
# Who links the archive links what it uses as well.
get_target_property(library_type instructor TYPE)
if(library_type STREQUAL SHARED_LIBRARY)
  set(pc_REQUIRES Requires.private)
else()
  set(pc_REQUIRES Requires)
  set(pc_LIBS -pthread)
endif()
configure_file(cmake/instructor.pc.in instructor.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/instructor.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
