#pragma once

// The answers that a run has so far: in a file, from which a later run goes on, or in a temporary one, so that equal
// inputs need not be asked twice.
//
// The file is a SQLite database of this form (version 1), which other programs may read, also meanwhile:
//
//   purpose   one row: the type, the SHA-256 of its schema, `provider/model`
//   answers   by key: the JSON text, what it took, the model that gave it, the provider's number for the request, when
//   failures  by key: the last error of a row that has no answer. For information: the row is asked again.
//
// It is never another file: what is not such a database is refused, and not changed. A row is in it before it is handed
// out. A process that is killed leaves whole rows; the machine that loses power may lose the last ones, which are then
// asked again (write-ahead log, synchronous=NORMAL). Several processes may use one file at once: each takes what is
// there when it looks, so two of them may ask the same, and the later answer stays.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "instructor/completion.hpp"
#include "instructor/error.hpp"
#include "sqlite/database.hpp"

namespace instructor::map {

/// Not safe to use from several threads at once. Everything throws Error (`invalid_configuration`) when the file cannot
/// be used; nothing has then been changed, and the same may be tried again.
class Checkpoint {
 public:
  /// What the answers are: other ones do not belong into the same file.
  struct Purpose {
    std::string type;
    std::string schema;              ///< its text
    std::string provider_and_model;  ///< `openai/gpt-4o-mini`
  };

  /// Opens the file or makes it; nullopt: a temporary one.
  Checkpoint(const std::optional<std::string>& path, const Purpose& purpose);

  struct Found {
    std::string answer;
    Usage usage;
    std::string model;
    std::string request_id;
    std::optional<Error> failure;        ///< instead of an answer: that of a row of this run
    std::optional<std::size_t> same_as;  ///< the first row of this run that has this key
  };
  /// What there is for a key: an answer of whatever run, or a failure of this one.
  std::optional<Found> find(std::string_view key);

  /// Row `row` of this run has taken its answer from here.
  void saw(std::string_view key, std::size_t row);

  struct Entry {
    std::string_view key;
    std::size_t row = 0;
    const Completion* completion = nullptr;
    const Error* failure = nullptr;  ///< null: there is an answer
  };
  /// Keeps all of them. They are in the file when it returns.
  void keep(const std::vector<Entry>& entries);

 private:
  void set_up(const Purpose& purpose);
  bool is_new();
  void check(const Purpose& purpose, std::string_view schema);

  sqlite::Database database_;
  std::optional<sqlite::Statement> find_row_, find_answer_, find_failure_, add_row_, add_answer_, add_failure_,
      drop_failure_;
};

}  // namespace instructor::map
