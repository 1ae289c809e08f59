#pragma once

// The subcommands of the `instructor` program: each adds its options to the application and is run by its callback. The
// result of `run` is the exit status.

#include <functional>
#include <string_view>

#include <CLI/CLI.hpp>

namespace instructor {
class Dialect;
}

namespace instructor::cli {

/// Exit statuses.
enum Status : int {
  ok = 0,
  failed = 1,  ///< a document was not extracted, a value is not valid
  usage = 2,   ///< the command line, a file or the configuration is wrong
};

using Run = std::function<int()>;

Run add_extract(CLI::App& app);
Run add_schema(CLI::App& app);
Run add_dialects(CLI::App& app);
Run add_providers(CLI::App& app);
Run add_check(CLI::App& app);
Run add_mock(CLI::App& app);

/// The dialect of this name. Throws Error (`invalid_configuration`) with all names when there is none.
const Dialect& known_dialect(std::string_view name);

}  // namespace instructor::cli
