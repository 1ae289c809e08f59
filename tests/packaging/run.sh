#!/usr/bin/env bash
# Installs a build, moves the installation, and builds a program against it in one of the ways that users have.
#
#   run.sh find_package|pkg_config|add_subdirectory SOURCE BUILD CXX [FILE]
#
# FILE holds the CMake lines of the README, which are what is tested. A build of the library takes the options of the
# preset `dev`, so that ccache has it.
set -euo pipefail

way=$1 source=$2 build=$3 cxx=$4
here=$source/tests/packaging
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

if [ "$way" != add_subdirectory ]; then
  cmake --install "$build" --prefix "$directory/first" >/dev/null
  mv "$directory/first" "$directory/installed"
fi

project() {
  mkdir "$directory/project"
  cp "$here/program.cpp" "$directory/project"
  {
    echo 'cmake_minimum_required(VERSION 3.25)'
    echo 'project(your_project LANGUAGES CXX)'
    echo 'add_executable(your_program program.cpp)'
    cat
  } >"$directory/project/CMakeLists.txt"
  cmake -S "$directory/project" -B "$directory/out" -G Ninja -DCMAKE_CXX_COMPILER="$cxx" \
    -DCMAKE_CXX_COMPILER_LAUNCHER="${CCACHE:-}" -DCMAKE_CXX_EXTENSIONS=OFF \
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-g1 -DCMAKE_PREFIX_PATH="$directory/installed" >"$directory/log" ||
    { cat "$directory/log"; exit 1; }
  cmake --build "$directory/out" >"$directory/log" || { cat "$directory/log"; exit 1; }
  "$directory/out/your_program"
}

case $way in
  find_package) said=$(project <"$5") ;;
  add_subdirectory)
    said=$(project <<<"add_subdirectory($source instructor)
target_link_libraries(your_program PRIVATE instructor::instructor)")
    ;;
  pkg_config)
    export PKG_CONFIG_PATH=$(dirname "$(find "$directory/installed" -name instructor.pc)")
    read -ra flags <<<"$(pkg-config --cflags --libs instructor)"
    "$cxx" "$here/program.cpp" -o "$directory/your_program" "${flags[@]}"
    said=$("$directory/your_program")
    "$directory/installed/bin/instructor" --version
    ;;
esac
echo "$said"
[ "$(tail -n 1 <<<"$said")" = '{"name":"Jason","age":25}' ]
