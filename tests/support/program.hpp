#pragma once

// Runs programs as a user would.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/temporary_directory.hpp"

namespace instructor::support {

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Finished {
  int status = -1;  ///< -1: ended by a signal
  std::string out;
  std::string err;
};

/// Runs a program to its end. `environment` is added to that of the test.
inline Finished run(const std::vector<std::string>& command, const std::string& input = {},
                    const std::vector<std::string>& environment = {}) {
  const TemporaryDirectory files;
  files.write("in", input);
  const pid_t child = fork();
  if (child == 0) {
    const auto redirect = [](const std::string& path, int flags, int to) { dup2(open(path.c_str(), flags, 0600), to); };
    redirect(files / "in", O_RDONLY, STDIN_FILENO);
    redirect(files / "out", O_WRONLY | O_CREAT, STDOUT_FILENO);
    redirect(files / "err", O_WRONLY | O_CREAT, STDERR_FILENO);
    for (const std::string& variable : environment) putenv(strdup(variable.c_str()));
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  Finished finished;
  if (WIFEXITED(status)) finished.status = WEXITSTATUS(status);
  finished.out = read_file(files / "out");
  finished.err = read_file(files / "err");
  return finished;
}

/// `instructor mock` on a free port, until the test is over.
class PracticeServer {
 public:
  enum class Log { none, kept };

  PracticeServer(const std::string& program, std::vector<std::string> options, Log log = Log::none) {
    int pipe_ends[2];
    int log_ends[2];
    if (pipe(pipe_ends) != 0 || pipe(log_ends) != 0) throw std::runtime_error("no pipe");
    child_ = fork();
    if (child_ == 0) {
      dup2(pipe_ends[1], STDOUT_FILENO);
      close(pipe_ends[0]);
      if (log == Log::kept) dup2(log_ends[1], STDERR_FILENO);
      close(log_ends[0]);
      options.insert(options.begin(), {program, "mock", "--port", "0"});
      if (log == Log::none) options.push_back("--quiet");
      std::vector<char*> arguments;
      for (const std::string& argument : options) arguments.push_back(const_cast<char*>(argument.c_str()));
      arguments.push_back(nullptr);
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    close(pipe_ends[1]);
    close(log_ends[1]);
    log_ = log_ends[0];
    // Its first line says where it listens, its last how to end it.
    const std::string first = read_line(pipe_ends[0]);
    greeting_ = first + "\n";
    for (std::string line = first; !line.empty() && line.find("Ctrl-C") == std::string::npos;) {
      line = read_line(pipe_ends[0]);
      greeting_ += line + "\n";
    }
    close(pipe_ends[0]);
    url_ = first.substr(first.find("http"));
  }
  ~PracticeServer() {
    stop();
    close(log_);
  }
  PracticeServer(const PracticeServer&) = delete;
  PracticeServer& operator=(const PracticeServer&) = delete;

  const std::string& url() const { return url_; }

  /// What it prints when it starts.
  const std::string& greeting() const { return greeting_; }

  /// Waits for the next line of the log; empty after the last one.
  std::string log_line() { return read_line(log_); }

  /// The exit status after SIGTERM.
  int stop() {
    if (child_ == 0) return 0;
    kill(child_, SIGTERM);
    int status = 0;
    waitpid(child_, &status, 0);
    child_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  static std::string read_line(int from) {
    std::string line;
    for (char c = 0; read(from, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }

  pid_t child_ = 0;
  int log_ = -1;
  std::string url_;
  std::string greeting_;
};

}  // namespace instructor::support
