# A thin front over the CMake presets; every target does its own set-up.

.DEFAULT_GOAL := help
.PHONY: help demo test asan tsan fuzz lint bench claims conformance clean

BUILD := cmake --build

help:
	@echo "make demo         the main job, on the documents in examples/"
	@echo "make test         build and run all tests"
	@echo "make conformance  check against providers' schemas and recorded traffic in INSTRUCTOR_CONFORMANCE"
	@echo "make bench        the benchmarks;  make claims: the same as a table of claims, bars and results"
	@echo "make asan tsan    the tests under sanitizers (clang);  make fuzz: each fuzz target for FUZZ_SECONDS (60)"
	@echo "make lint         format, clang-tidy, rules of the house"

demo:
	@scripts/setup.sh build
	@cmake --preset release >/dev/null
	@$(BUILD) --preset release --target instructor_cli example_quickstart example_tickets
	@scripts/demo.sh
