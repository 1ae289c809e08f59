#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/markdown.hpp"
#include "cli/print.hpp"
#include "instructor/dialect.hpp"
#include "instructor/error.hpp"

namespace instructor::cli {

namespace {

struct DialectOptions {
  std::string name;
  bool markdown = false;
};

using Rows = std::vector<std::vector<std::string>>;

std::string words_of(const DialectRow& row) {
  std::string words(to_string(row.handling));
  if (row.limit != 0) words += ", at most " + std::to_string(row.limit);
  for (std::size_t i = 0; i < row.names.size(); ++i) words.append(i == 0 ? ": " : ", ").append(row.names[i]);
  if (!row.note.empty()) words.append(": ").append(row.note);
  return words;
}

Rows rows_of(const Dialect& dialect) {
  Rows rows;
  for (const DialectRow& row : dialect.rows())
    rows.push_back({std::string(to_string(row.rule)), std::string(explanation(row.rule)), words_of(row),
                    std::string(row.source.where) + " (" + std::string(row.source.read) + ")"});
  return rows;
}

int show(const DialectOptions& options) {
  const std::vector<std::string> headings{"rule", "about", "handling", "source"};
  if (!options.name.empty() || options.markdown) {
    for (const Dialect* const dialect : dialect::all) {
      if (!options.name.empty() && dialect->name() != options.name) continue;
      if (dialect->rows().empty()) {
        if (!options.markdown) std::cout << dialect->name() << " is JSON Schema draft 2020-12 as it stands\n";
        continue;
      }
      if (!options.markdown) {
        std::cout << table(headings, rows_of(*dialect), terminal_width());
        continue;
      }
      std::cout << "### " << dialect->name() << "\n\n";
      print_markdown(headings, rows_of(*dialect));
      std::cout << '\n';
    }
    if (!options.name.empty()) known_dialect(options.name);
    return Status::ok;
  }
  Rows rows;
  for (const Dialect* const dialect : dialect::all)
    rows.push_back(
        {std::string(dialect->name()), std::string(dialect->provider()), std::to_string(dialect->rows().size())});
  std::cout << table({"dialect", "provider", "rules"}, rows, terminal_width());
  return Status::ok;
}

}  // namespace

const Dialect& known_dialect(std::string_view name) {
  if (const Dialect* const known = dialect::find(name)) return *known;
  std::string names;
  for (const Dialect* const dialect : dialect::all) names.append(names.empty() ? "" : ", ").append(dialect->name());
  throw Error(ErrorCode::invalid_configuration, "unknown dialect " + std::string(name) + "; there are " + names);
}

Run add_dialects(CLI::App& app) {
  const auto options = std::make_shared<DialectOptions>();
  app.add_option("name", options->name, "A dialect, to see its rules");
  app.add_flag("--markdown", options->markdown, "Print tables for a document");
  return [options] { return show(*options); };
}

}  // namespace instructor::cli
