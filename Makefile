# A thin front over the CMake presets; every target does its own set-up.

.DEFAULT_GOAL := help
.PHONY: help demo test conformance bench claims asan tsan fuzz lint clean

SETUP := scripts/setup.sh
BUILD := cmake --build
INSTRUCTOR_CONFORMANCE ?= ../shared/conformance
export INSTRUCTOR_CONFORMANCE

help:
	@echo "make demo         the main job, on the documents in examples/"
	@echo "make test         build and run all tests"
	@echo "make conformance  check against providers' schemas and recorded traffic in INSTRUCTOR_CONFORMANCE"
	@echo "make bench        the benchmarks;  make claims: the same as a table of claims, bars and results"
	@echo "make asan tsan    the tests under sanitizers (clang);  make fuzz: each fuzz target for FUZZ_SECONDS (60)"
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
	@if [ $@ = claims ]; then bench/claims.sh; else for program in build/bench/bin/*_bench; do $$program || exit 1; done; fi

asan:
	@$(SETUP) build test clang
	@cmake --preset asan
	@$(BUILD) --preset asan
	@ctest --preset asan -j2

# What uses threads, or is used from several.
tsan:
	@$(SETUP) build test clang
	@cmake --preset tsan
	@$(BUILD) --preset tsan --target api_threads_test http_curl_loop_test http_curl_transport_test http_curl_stream_test fault_connections_test fault_tls_test fault_waiting_test testing_faulty_test cli_cli_test cli_mock_stream_test testing_recording_test auth_expiring_test auth_google_token_test
	@ctest --preset tsan -R '^(api/threads_test|http/curl_(loop|transport|stream)_test|fault/(connections|tls|waiting)_test|cli/(cli|mock_stream)_test|testing/(faulty|recording)_test|auth/(expiring|google_token)_test)$$'

fuzz:
	@$(SETUP) build test clang
	@cmake --preset asan >/dev/null
	@$(BUILD) --preset asan --target fuzz_targets
	@scripts/fuzz.sh

lint:
	@$(SETUP) build test clang lint
	@scripts/lint.sh

clean:
	@rm -rf build
