#include "auth/surroundings.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "instructor/error.hpp"

namespace instructor {

WallClock machine_clock() {
  return [] { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); };
}

Environment process_environment() {
  return [](const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::string() : std::string(value);
  };
}

std::string in_home(const Environment& environment, const std::string& name) {
  const std::string home = environment("HOME");
  return home.empty() ? std::string() : home + "/" + name;
}

std::optional<FileState> file_state(const std::string& path) {
  std::error_code error;
  const auto modified = std::filesystem::last_write_time(path, error);
  if (error) return std::nullopt;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return std::nullopt;
  const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(modified.time_since_epoch());
  return FileState{since.count(), size};
}

std::optional<std::string> read_credential_file(const std::string& path, const std::string& what) {
  constexpr std::size_t most = std::size_t{1} << 20;
  std::error_code error;
  if (path.empty() || !std::filesystem::exists(path, error)) return std::nullopt;
  const auto refuse = [&](const std::string& why) {
    return Error(ErrorCode::invalid_configuration, what + " " + path + " " + why);
  };
  if (std::filesystem::is_directory(path, error)) throw refuse("is a directory");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw refuse("cannot be opened; see its permissions");
  std::string text(most + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) throw refuse("cannot be read");
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > most) throw refuse("is larger than 1 MiB, so it is no file of credentials");
  return text;
}

}  // namespace instructor
