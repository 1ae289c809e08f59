#pragma once

// What credentials depend on beside what a program says: the time of day, variables, files.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace instructor {

/// The time of day. Called from many threads.
using WallClock = std::function<std::chrono::sys_seconds()>;

/// The value of a variable; empty when it is not set. What is asked for while requests are made is asked from many
/// threads.
using Environment = std::function<std::string(const std::string& name)>;

WallClock machine_clock();

/// The variables of this process.
Environment process_environment();

/// `name` in the home directory, which is HOME; empty without one.
std::string in_home(const Environment& environment, const std::string& name);

/// What tells whether a file has been written since.
struct FileState {
  std::int64_t modified = 0;  ///< nanoseconds, of the file system's clock
  std::uintmax_t size = 0;

  friend bool operator==(const FileState&, const FileState&) = default;
};

/// Nothing when there is no such file.
std::optional<FileState> file_state(const std::string& path);

/// The bytes of a file. Nothing when there is none. Throws Error (`invalid_configuration`) that says `what` it is when
/// it cannot be read, or is larger than a file of credentials can be (1 MiB).
std::optional<std::string> read_credential_file(const std::string& path, const std::string& what);

}  // namespace instructor
