# Compiler options of this project's own targets; users of the library inherit none of them.

add_library(instructor_warnings INTERFACE)
target_compile_options(instructor_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  # g++ 12 sees overlapping copies in "literal" + std::string at -O2 and above; there are none (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_EXTENSIONS OFF)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

  find_program(ccache ccache)
  if(ccache AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_C_COMPILER_LAUNCHER "${ccache}")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${ccache}")
  endif()

  if(INSTRUCTOR_SANITIZE)
    add_compile_options(-fsanitize=${INSTRUCTOR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${INSTRUCTOR_SANITIZE})
  endif()
  if(INSTRUCTOR_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
  endif()
endif()
