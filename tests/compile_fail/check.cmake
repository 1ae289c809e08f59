# Compiles a file twice: as it stands it must fail with the message in its first line, with -DGOOD it must not.
#
#   cmake -DFILE=... -DCOMPILER=... -DINCLUDE=... -P check.cmake

file(READ "${FILE}" text)
if(NOT text MATCHES "^// expect: ([^\n]+)\n")
  message(FATAL_ERROR "${FILE} does not begin with // expect: ...")
endif()
set(expected "${CMAKE_MATCH_1}")

set(command ${COMPILER} -std=c++23 -fsyntax-only -I${INCLUDE} ${FILE})

execute_process(COMMAND ${command} -DGOOD RESULT_VARIABLE result ERROR_VARIABLE errors OUTPUT_QUIET)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the good version does not compile:\n${errors}")
endif()

execute_process(COMMAND ${command} RESULT_VARIABLE result ERROR_VARIABLE errors OUTPUT_QUIET)
if(result EQUAL 0)
  message(FATAL_ERROR "the bad version compiles")
endif()
# Compilers break nothing but may wrap: compare without white space.
string(REGEX REPLACE "[ \n]+" " " errors "${errors}")
string(FIND "${errors}" "${expected}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "the message is not \"${expected}\" but\n${errors}")
endif()
