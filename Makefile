# A thin front over the CMake presets; every target does its own set-up.

.DEFAULT_GOAL := help
.PHONY: help demo test conformance bench claims asan tsan fuzz soak lint clean

SETUP := scripts/setup.sh
BUILD := cmake --build
INSTRUCTOR_CONFORMANCE ?= ../shared/conformance
export INSTRUCTOR_CONFORMANCE
# The same file with the same options is compiled once, in whatever folder: tests/packaging builds the library again.
export CCACHE_NOHASHDIR := 1

help:
	@echo "make demo         the main job, on the documents in examples/"
	@echo "make test         build and run all tests"
	@echo "make conformance  check against providers' schemas and recorded traffic in INSTRUCTOR_CONFORMANCE"
	@echo "make bench        the benchmarks;  make claims: the same as a table of claims, bars and results"
	@echo "make asan tsan    the tests under sanitizers (clang);  make fuzz: each fuzz target for FUZZ_SECONDS (60)"
	@echo "make soak         calls of all kinds against a faulty server for SOAK_SECONDS (600), with SOAK_SEED (1)"
	@echo "make lint         format and clang-tidy"
	@echo "make clean        removes build/"

demo:
	@$(SETUP) build
	@cmake --preset release >/dev/null
	@$(BUILD) --preset release --target instructor_cli example_quickstart example_tickets
	@scripts/demo.sh

test:
	@$(SETUP) build test
	@cmake --preset dev
	@$(BUILD) --preset dev
	@ctest --preset dev -j2

conformance:
	@$(SETUP) build test conformance
	@cmake --preset dev >/dev/null
	@$(BUILD) --preset dev --target conformance
	@build/dev/bin/conformance

bench claims:
	@$(SETUP) build bench clang
	@cmake --preset bench >/dev/null
	@$(BUILD) --preset bench
	@bench/peers/setup.sh build/bench/peers
	@if [ $@ = claims ]; then bench/claims.sh; else for program in build/bench/bin/*_bench; do $$program || exit 1; done; fi

asan:
	@$(SETUP) build test clang
	@cmake --preset asan
	@$(BUILD) --preset asan
	@ctest --preset asan -j2

# What uses threads, or is used from several.
TSAN_TESTS := \
  api/threads_test async/calls_test async/cancel_test \
  auth/expiring_test auth/google_token_test \
  cli/cli_test cli/mock_stream_test \
  engine/delivery_test \
  fault/connections_test fault/replies_test fault/tls_test fault/waiting_test \
  http/curl_loop_test http/curl_stream_test http/curl_transport_test \
  map/checkpoint_test map/killed_test map/run_test \
  reliability/circuit_breaker_test reliability/rate_limiter_test reliability/retry_budget_test reliability/single_flight_test \
  soak/soak_test testing/faulty_test testing/recording_test
empty :=
space := $(empty) $(empty)
tsan:
	@$(SETUP) build test clang
	@cmake --preset tsan
	@$(BUILD) --preset tsan --target $(subst /,_,$(TSAN_TESTS))
	@ctest --preset tsan -R '^($(subst $(space),|,$(strip $(TSAN_TESTS))))$$'

fuzz:
	@$(SETUP) build test clang
	@cmake --preset asan >/dev/null
	@$(BUILD) --preset asan --target fuzz_targets
	@scripts/fuzz.sh

soak:
	@$(SETUP) build test
	@cmake --preset dev >/dev/null
	@$(BUILD) --preset dev --target soak
	@build/dev/bin/soak

lint:
	@$(SETUP) build test clang lint
	@scripts/lint.sh

clean:
	@rm -rf build
