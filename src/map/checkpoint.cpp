#include "map/checkpoint.hpp"

#include <array>
#include <cstdint>
#include <utility>

#include "crypto/crypto.hpp"

namespace instructor::map {

namespace {

/// "inst", as `file` shows it.
constexpr std::int64_t application_id = 0x696E7374;
constexpr std::int64_t version = 1;

constexpr const char* tables = R"(
CREATE TABLE purpose (type TEXT NOT NULL, schema TEXT NOT NULL, model TEXT NOT NULL);
CREATE TABLE answers (
  key BLOB PRIMARY KEY, answer TEXT NOT NULL, model TEXT NOT NULL, request_id TEXT NOT NULL,
  input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, total_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL, audio_tokens INTEGER NOT NULL,
  at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE failures (
  key BLOB PRIMARY KEY, code TEXT NOT NULL, message TEXT NOT NULL, http_status INTEGER NOT NULL,
  provider_code TEXT NOT NULL, request_id TEXT NOT NULL, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
PRAGMA application_id = 0x696E7374;
PRAGMA user_version = 1;
)";

std::optional<ErrorCode> code_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(last_error_code); ++i)
    if (to_string(static_cast<ErrorCode>(i)) == name) return static_cast<ErrorCode>(i);
  return std::nullopt;
}

sqlite::Database open(const std::optional<std::string>& path) {
  if (!path) return sqlite::Database::temporary();
  if (path->empty()) throw Error(ErrorCode::invalid_configuration, "the path of the checkpoint is empty");
  return sqlite::Database::open(*path);
}

std::array<std::int64_t, 6> counts_of(const Usage& usage) {
  return {usage.input_tokens,  usage.output_tokens,    usage.total_tokens,
          usage.cached_tokens, usage.reasoning_tokens, usage.audio_tokens};
}

}  // namespace

Checkpoint::Checkpoint(const std::optional<std::string>& path, const Purpose& purpose) : database_(open(path)) {
  set_up(purpose);
  if (!sqlite::Database::has_temporary_files()) database_.run("PRAGMA temp_store = MEMORY");
  database_.run("CREATE TEMP TABLE seen (key BLOB PRIMARY KEY, row INTEGER NOT NULL)");
  find_row_ = database_.prepare("SELECT row FROM seen WHERE key = ?");
  find_answer_ = database_.prepare(
      "SELECT answer, model, request_id, input_tokens, output_tokens, total_tokens, cached_tokens, reasoning_tokens, "
      "audio_tokens FROM answers WHERE key = ?");
  find_failure_ =
      database_.prepare("SELECT code, message, http_status, provider_code, request_id FROM failures WHERE key = ?");
  add_row_ = database_.prepare("INSERT OR IGNORE INTO seen (key, row) VALUES (?, ?)");
  add_answer_ = database_.prepare(
      "INSERT OR REPLACE INTO answers (key, answer, model, request_id, input_tokens, output_tokens, total_tokens, "
      "cached_tokens, reasoning_tokens, audio_tokens) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  add_failure_ = database_.prepare(
      "INSERT OR REPLACE INTO failures (key, code, message, http_status, provider_code, request_id) "
      "VALUES (?, ?, ?, ?, ?, ?)");
  drop_failure_ = database_.prepare("DELETE FROM failures WHERE key = ?");
}

void Checkpoint::set_up(const Purpose& purpose) {
  const std::string schema = to_hex(sha256(purpose.schema));
  database_.snapshot([&] { is_new(); });  // before anything is written: it may be another program's
  database_.transaction([&] {
    // Another process may have been faster.
    if (!is_new()) return check(purpose, schema);
    database_.run(tables);
    database_.prepare("INSERT INTO purpose VALUES (?, ?, ?)")
        .run(std::string_view(purpose.type), std::string_view(schema), std::string_view(purpose.provider_and_model));
  });
  // Where it cannot be had, as on some network drives, or just now, the database is as safe in its own way, and slower.
  sqlite::Statement ask_for_log = database_.prepare("PRAGMA journal_mode = WAL");
  bool has_log = true;
  try {
    sqlite::Rows mode = ask_for_log.ask();
    has_log = mode.next() && mode.text(0) == "wal";
  } catch (const Error&) {
    has_log = false;
  }
  database_.run(has_log ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");
}

bool Checkpoint::is_new() {
  const std::int64_t id = database_.number("PRAGMA application_id");
  if (id == 0 && database_.number("SELECT count(*) FROM sqlite_master") == 0) return true;
  if (id != application_id)
    throw Error(ErrorCode::invalid_configuration,
                database_.name() + " is a database of another program and not a checkpoint; it was not changed");
  const std::int64_t written = database_.number("PRAGMA user_version");
  if (written > version)
    throw Error(ErrorCode::invalid_configuration,
                database_.name() + " is a checkpoint of version " + std::to_string(written) +
                    ", and this library reads those up to " + std::to_string(version) + "; it was not changed");
  return false;
}

void Checkpoint::check(const Purpose& purpose, std::string_view schema) {
  sqlite::Statement statement = database_.prepare("SELECT type, schema, model FROM purpose");
  sqlite::Rows rows = statement.ask();
  if (!rows.next())
    throw Error(ErrorCode::invalid_configuration, database_.name() + " is damaged: it does not say what it is for");
  std::string differs;
  if (rows.text(0) != purpose.type)
    differs = "answers of type " + std::string(rows.text(0)) + ", and this run asks for " + purpose.type;
  else if (rows.text(1) != schema)
    differs = "answers of type " + purpose.type + " with another schema than it has now";
  else if (rows.text(2) != purpose.provider_and_model)
    differs = "answers of " + std::string(rows.text(2)) + ", and this run asks " + purpose.provider_and_model;
  if (!differs.empty())
    throw Error(ErrorCode::invalid_configuration,
                database_.name() + " has " + differs + "; give this run a file of its own");
}

std::optional<Checkpoint::Found> Checkpoint::find(std::string_view key) {
  const sqlite::Bytes bytes{key};
  Found found;
  if (sqlite::Rows rows = find_row_->ask(bytes); rows.next()) found.same_as = static_cast<std::size_t>(rows.number(0));
  if (sqlite::Rows rows = find_answer_->ask(bytes); rows.next()) {
    found.answer = rows.text(0);
    found.model = rows.text(1);
    found.request_id = rows.text(2);
    found.usage = {rows.number(3), rows.number(4), rows.number(5), rows.number(6), rows.number(7), rows.number(8)};
    return found;
  }
  if (!found.same_as) return std::nullopt;
  sqlite::Rows rows = find_failure_->ask(bytes);
  if (!rows.next()) return std::nullopt;
  const std::optional<ErrorCode> code = code_named(rows.text(0));
  if (!code) return std::nullopt;
  ErrorDetail detail;
  detail.code = *code;
  detail.message = rows.text(1);
  detail.http_status = static_cast<int>(rows.number(2));
  detail.provider_code = rows.text(3);
  detail.request_id = rows.text(4);
  found.failure = Error(std::move(detail));
  return found;
}

void Checkpoint::saw(std::string_view key, std::size_t row) {
  add_row_->run(sqlite::Bytes{key}, static_cast<std::int64_t>(row));
}

void Checkpoint::keep(const std::vector<Entry>& entries) {
  database_.transaction([&] {
    for (const Entry& entry : entries) {
      const sqlite::Bytes key{entry.key};
      if (entry.failure != nullptr) {
        const Error& error = *entry.failure;
        add_failure_->run(key, to_string(error.code()), std::string_view(error.message()),
                          static_cast<std::int64_t>(error.http_status()), std::string_view(error.provider_code()),
                          std::string_view(error.request_id()));
      } else {
        const Completion& completion = *entry.completion;
        const auto [input, output, total, cached, reasoning, audio] = counts_of(completion.usage);
        add_answer_->run(key, std::string_view(completion.answer), std::string_view(completion.model),
                         std::string_view(completion.request_id), input, output, total, cached, reasoning, audio);
        drop_failure_->run(key);
      }
      add_row_->run(key, static_cast<std::int64_t>(entry.row));
    }
  });
}

}  // namespace instructor::map
