#!/usr/bin/env bash
# Installs the Debian packages that a make target needs and that are not there yet.
#
#   scripts/setup.sh build|test|bench|lint ...
set -euo pipefail

declare -A packages=(
  [build]="g++ cmake ninja-build pkg-config ccache libcurl4-openssl-dev libre2-dev libidn2-dev libsqlite3-dev nlohmann-json3-dev libcli11-dev libcpp-httplib-dev libssl-dev zlib1g-dev libbrotli-dev"
  [test]="libgtest-dev nginx-light tinyproxy openssl curl"
  [bench]="libbenchmark-dev rapidjson-dev libvalijson-dev"
  [clang]="clang-19 lld-19 libclang-rt-19-dev"
  [lint]="clang-format-19 clang-tidy-19"
  [conformance]="libvalijson-dev"
)
declare -A why=(
  [build]="to build the library and the program"
  [test]="for the tests: the test framework, a real web server with TLS, and a proxy"
  [bench]="for the benchmarks and what they compare with"
  [clang]="for the sanitizer builds and the fuzz targets"
  [lint]="to check format and code"
  [conformance]="to check requests against the providers' schemas"
)

missing=()
for group in "$@"; do
  for package in ${packages[$group]}; do
    if ! dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed; then
      missing+=("$package")
      echo "setup: $package is missing (${why[$group]})"
    fi
  done
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ]; then
  root=()
elif command -v sudo >/dev/null; then
  echo "setup: installing packages needs root: sudo may ask for your password"
  root=(sudo)
else
  echo "setup: installing packages needs root. Run as root:  apt-get install ${missing[*]}" >&2
  exit 1
fi
echo "setup: installing ${missing[*]}"
"${root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update -q && apt-get install -y -q --no-install-recommends "$@"' sh "${missing[@]}"
