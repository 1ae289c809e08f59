# `cmake --install`: headers, library, program, a CMake package and a pkg-config file.

include(CMakePackageConfigHelpers)

install(TARGETS instructor instructor_re2 EXPORT instructorTargets
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

# Absolute directories are kept as they are; relative ones are below the prefix.
foreach(dir LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
    set(pc_${dir} "${CMAKE_INSTALL_${dir}}")
  else()
    set(pc_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
  endif()
endforeach()
configure_file(cmake/instructor.pc.in instructor.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/instructor.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
