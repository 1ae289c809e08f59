#include "cli/input.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <istream>

#include <unistd.h>

#include "instructor/error.hpp"

namespace instructor::cli {

namespace {

constexpr std::size_t max_bytes = 64 << 20;

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::invalid_configuration, what); }

std::string read_all(std::istream& in, const std::string& name) {
  std::string text;
  std::string chunk(1 << 16, '\0');
  while (in.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || in.gcount() > 0) {
    text.append(chunk, 0, static_cast<std::size_t>(in.gcount()));
    if (text.size() > max_bytes) fail(name + " is larger than " + std::to_string(max_bytes >> 20) + " MiB");
  }
  if (in.bad()) fail(name + " cannot be read");
  return text;
}

}  // namespace

std::string read_text(const std::string& path) {
  if (path == "-") return read_all(std::cin, "standard input");
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) fail(path + ": there is no such file");
  if (std::filesystem::is_directory(status)) fail(path + ": is a directory");
  std::ifstream in(path, std::ios::binary);
  if (!in) fail(path + ": cannot be opened");
  return read_all(in, path);
}

std::vector<Document> read_documents(const std::vector<std::string>& paths) {
  std::vector<Document> documents;
  for (const std::string& path : paths) documents.push_back({path, read_text(path)});
  if (!documents.empty()) return documents;
  if (isatty(STDIN_FILENO) != 0) std::cerr << "reading standard input; end it with Ctrl-D\n";
  documents.push_back({"-", read_text("-")});
  return documents;
}

DynamicModel read_model(const std::string& path) {
  const std::string text = read_text(path);
  // ticket.schema.json is the schema of a ticket.
  std::string name = std::filesystem::path(path).filename().string();
  name = name.substr(0, name.find('.'));
  if (name.empty() || name == "-") name = "answer";
  try {
    return DynamicModel::from_json_schema(text, name);
  } catch (const Error& error) {
    throw Error(error.code(), path + ": " + error.message());
  }
}

}  // namespace instructor::cli
