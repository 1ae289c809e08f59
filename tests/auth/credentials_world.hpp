#pragma once

// What tests of credentials share: a home directory of their own, variables that are not the machine's, a clock.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "auth/surroundings.hpp"
#include "instructor/error.hpp"
#include "support/temporary_directory.hpp"

namespace instructor::testing {

class World {
 public:
  World() { variables["HOME"] = home.string(); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Writes a file in the home directory. Each time with a later date, which is what tells readers.
  std::string write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = home / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    std::filesystem::last_write_time(path, std::filesystem::file_time_type(std::chrono::seconds(++writes_)));
    return path.string();
  }

  Environment environment() const {
    return [this](const std::string& name) {
      const auto found = variables.find(name);
      return found == variables.end() ? std::string() : found->second;
    };
  }

  WallClock clock() const {
    return [this] {
      const std::lock_guard lock(mutex_);
      return now_;
    };
  }
  void pass(std::chrono::seconds time) {
    const std::lock_guard lock(mutex_);
    now_ += time;
  }

  const support::TemporaryDirectory directory;
  const std::filesystem::path home = directory.path();
  std::map<std::string, std::string> variables;

 private:
  int writes_ = 0;
  mutable std::mutex mutex_;
  // 2026-01-02T03:04:05Z
  std::chrono::sys_seconds now_{std::chrono::seconds(1767323045)};
};

/// The Error that a function throws.
template <class Function>
Error error_of(Function function) {
  try {
    (void)function();
  } catch (const Error& error) {
    return error;
  }
  throw std::runtime_error("there was no Error");
}

}  // namespace instructor::testing
