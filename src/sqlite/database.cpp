#include "sqlite/database.hpp"

#include <system_error>
#include <utility>

#include <sqlite3.h>

#include "instructor/error.hpp"

namespace instructor::sqlite {

namespace {

/// How long to wait for another process that writes. Transactions are short.
constexpr int busy_milliseconds = 30'000;

std::string_view words_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_NOTADB: return "is no SQLite database";
    case SQLITE_CORRUPT: return "is damaged";
    case SQLITE_FULL: return "cannot be written: there is no space left";
    case SQLITE_READONLY: return "cannot be written";
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: return "cannot be opened";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "is kept locked by another program";
    case SQLITE_IOERR: return "cannot be read or written";
    default: return "cannot be used";
  }
}

[[noreturn]] void refuse(const std::string& name, sqlite3* database, int code) {
  const int system = database == nullptr ? 0 : sqlite3_system_errno(database);
  std::string message = name + " " + std::string(words_of(code)) + " (" + sqlite3_errstr(code);
  // Errors of the system stay behind; those of these two kinds are their own.
  if (system != 0 && ((code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN))
    message += ": " + std::generic_category().message(system);
  throw Error(ErrorCode::invalid_configuration, message + ")");
}

}  // namespace

// ---------------------------------------------------------------------------------------------------------------
// Databases

void Database::Closing::operator()(sqlite3* database) const { sqlite3_close(database); }

Database::Database(const std::string& path, std::string name)
    : name_(std::make_unique<const std::string>(std::move(name))) {
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(database);
  if (code != SQLITE_OK) refuse(*name_, database, code);
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, busy_milliseconds);
  // What may only be read is opened all the same.
  if (sqlite3_db_readonly(database, "main") == 1) refuse(*name_, database, SQLITE_READONLY);
}

Database Database::open(const std::string& path) {
  // Names that begin with a colon are not those of files.
  return Database(path.starts_with(':') ? "./" + path : path, path);
}

Database Database::temporary() {
  return Database(has_temporary_files() ? "" : ":memory:", "the temporary file for answers");
}

bool Database::has_temporary_files() {
  try {
    Database database("", "a temporary file");
    // SQLite makes the file when its memory is full.
    database.run(
        "PRAGMA cache_size = 1; CREATE TABLE trial (bytes BLOB); INSERT INTO trial VALUES (zeroblob(1000000))");
    return true;
  } catch (const Error&) {
    return false;
  }
}

void Database::run(const char* statements) {
  const int code = sqlite3_exec(handle_.get(), statements, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) refuse(name(), handle_.get(), code);
}

Statement Database::prepare(std::string_view text) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), text.data(), static_cast<int>(text.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) refuse(name(), handle_.get(), code);
  return Statement(statement, name_.get());
}

std::int64_t Database::number(std::string_view query) {
  Statement statement = prepare(query);
  Rows rows = statement.ask();
  return rows.next() ? rows.number(0) : 0;
}

void Database::transaction(const std::function<void()>& what) { between("BEGIN IMMEDIATE", what); }

void Database::snapshot(const std::function<void()>& what) { between("BEGIN DEFERRED", what); }

void Database::between(const char* begin, const std::function<void()>& what) {
  run(begin);
  try {
    what();
    run("COMMIT");
  } catch (...) {
    // After some failures SQLite has done so itself.
    if (sqlite3_get_autocommit(handle_.get()) == 0) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

// ---------------------------------------------------------------------------------------------------------------
// Statements

void Statement::Finalizing::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Statement::bind(int at, std::string_view text) {
  const int code = sqlite3_bind_text64(handle_.get(), at, text.data() == nullptr ? "" : text.data(), text.size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) refuse(*name_, sqlite3_db_handle(handle_.get()), code);
}

void Statement::bind(int at, Bytes bytes) {
  const int code = sqlite3_bind_blob64(handle_.get(), at, bytes.bytes.data(), bytes.bytes.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) refuse(*name_, sqlite3_db_handle(handle_.get()), code);
}

void Statement::bind(int at, std::int64_t number) {
  const int code = sqlite3_bind_int64(handle_.get(), at, number);
  if (code != SQLITE_OK) refuse(*name_, sqlite3_db_handle(handle_.get()), code);
}

Rows::~Rows() {
  // Until then it keeps a lock. What went wrong was said by `next`.
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) refuse(name_, sqlite3_db_handle(statement_), code);
  return false;
}

std::string_view Rows::text(int column) const {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return {text == nullptr ? "" : text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t Rows::number(int column) const { return sqlite3_column_int64(statement_, column); }

}  // namespace instructor::sqlite
