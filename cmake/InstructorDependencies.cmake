# Installed packages only; nothing is fetched.

find_package(Threads REQUIRED)
find_package(CURL 7.85 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 3.35 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)

# RE2 has a CMake config in some distributions and a pkg-config file in all.
add_library(instructor_re2 INTERFACE)
find_package(re2 QUIET)
if(TARGET re2::re2)
  target_link_libraries(instructor_re2 INTERFACE re2::re2)
else()
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
  target_link_libraries(instructor_re2 INTERFACE PkgConfig::re2)
endif()

add_library(instructor_idn2 INTERFACE)
find_package(PkgConfig REQUIRED)
pkg_check_modules(idn2 REQUIRED IMPORTED_TARGET libidn2)
target_link_libraries(instructor_idn2 INTERFACE PkgConfig::idn2)
