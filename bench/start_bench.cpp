// How long `instructor --version` takes, from the start of the process to its end. The program is the one beside this
// one, or INSTRUCTOR_PROGRAM.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "claim.hpp"
#include "rounds.hpp"

namespace {

using namespace bench;

std::string program() {
  if (const char* const given = std::getenv("INSTRUCTOR_PROGRAM")) return given;
  return std::filesystem::read_symlink("/proc/self/exe").replace_filename("instructor");
}

/// Runs a program with its output thrown away; the wall time it took.
double run(const std::string& path, const char* argument) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  std::string name = path;
  std::string option = argument;
  const std::array<char*, 3> arguments{name.data(), option.data(), nullptr};
  pid_t process = -1;
  const double begin = wall_seconds();
  const int error = posix_spawn(&process, path.c_str(), &actions, nullptr, arguments.data(), environ);
  int status = -1;
  if (error == 0) waitpid(process, &status, 0);
  const double elapsed = wall_seconds() - begin;
  posix_spawn_file_actions_destroy(&actions);
  if (status != 0) throw std::runtime_error(path + " " + argument + " failed; is it built?");
  return elapsed;
}

void version(benchmark::State& state) {
  const std::string path = program();
  for (auto _ : state) state.SetIterationTime(run(path, "--version"));
}
BENCHMARK(version)->UseManualTime();

std::vector<Claim> measure() {
  const std::string path = program();
  run(path, "--version");  // from the page cache from now on
  const auto times = in_turns(21, [&] { return run(path, "--version"); }, [] { return run("/bin/true", "--version"); });
  return {at_most("instructor --version, start to end", 10, times.middle(0) * 1e3, "ms",
                  "/bin/true --version: " + readable(times.middle(1)))};
}

}  // namespace

int main(int argc, char** argv) { return bench::bench_main(argc, argv, measure); }
