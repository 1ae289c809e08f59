#pragma once

// A SQLite database. The only place that knows SQLite.
//
// Whatever goes wrong is an Error (`invalid_configuration`) that names the file and says what is wrong with it.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace instructor::sqlite {

class Statement;

/// An open database. Not safe to use from several threads at once; it may be handed from one to another.
class Database {
 public:
  /// Opens a file, or makes it; nothing is written yet. Throws Error when it cannot be opened for writing.
  static Database open(const std::string& path);
  /// One of its own that is kept in memory, beyond some size in a temporary file, and gone when it is closed. Where no
  /// such file can be made it is all in memory.
  static Database temporary();
  /// Can there be temporary files? In a container that is read-only there is no place for them.
  static bool has_temporary_files();

  Database(Database&&) noexcept = default;
  Database& operator=(Database&&) noexcept = default;
  ~Database() = default;

  /// Runs statements that have no parameters and whose results nobody wants.
  void run(const char* statements);
  /// The statement must not outlive the database.
  Statement prepare(std::string_view text);
  /// The first column of the first row; 0 when there is none.
  std::int64_t number(std::string_view query);

  /// Does all of it or, when it throws, nothing. No other process writes meanwhile.
  void transaction(const std::function<void()>& what);
  /// What is read in it is read at one moment, whatever other processes write meanwhile.
  void snapshot(const std::function<void()>& what);

  /// The path, or what a temporary one is called in errors.
  const std::string& name() const { return *name_; }

 private:
  friend class Statement;
  struct Closing {
    void operator()(sqlite3* database) const;
  };

  Database(const std::string& path, std::string name);
  void between(const char* begin, const std::function<void()>& what);

  std::unique_ptr<const std::string> name_;  // statements refer to it
  std::unique_ptr<sqlite3, Closing> handle_;
};

/// Bytes that are no text.
struct Bytes {
  std::string_view bytes;
};

/// The rows that a statement gives, one after the other. One at a time for each statement; views into a row are valid
/// until the next.
class Rows {
 public:
  Rows(Rows&&) = delete;
  ~Rows();

  /// Is there another one?
  bool next();
  std::string_view text(int column) const;
  std::int64_t number(int column) const;

 private:
  friend class Statement;
  Rows(sqlite3_stmt* statement, const std::string& name) : statement_(statement), name_(name) {}

  sqlite3_stmt* statement_;
  const std::string& name_;
};

/// A statement that may be run again and again.
class Statement {
 public:
  /// With its parameters, in their order, which must live as long as the rows: texts, Bytes, numbers.
  template <class... Parameters>
  Rows ask(const Parameters&... parameters) {
    int at = 0;
    (bind(++at, parameters), ...);
    return Rows(handle_.get(), *name_);
  }
  /// The same, to its end.
  template <class... Parameters>
  void run(const Parameters&... parameters) {
    Rows rows = ask(parameters...);
    while (rows.next()) {
    }
  }

 private:
  friend class Database;
  struct Finalizing {
    void operator()(sqlite3_stmt* statement) const;
  };

  Statement(sqlite3_stmt* handle, const std::string* name) : handle_(handle), name_(name) {}

  void bind(int at, std::string_view text);
  void bind(int at, Bytes bytes);
  void bind(int at, std::int64_t number);

  std::unique_ptr<sqlite3_stmt, Finalizing> handle_;
  const std::string* name_;
};

}  // namespace instructor::sqlite
