// The `instructor` program.

#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/commands.hpp"
#include "instructor/error.hpp"
#include "instructor/version.hpp"

int main(int argc, char** argv) {
  using namespace instructor::cli;

  CLI::App app("Typed, validated answers from language models.\n", "instructor");
  app.set_version_flag("--version", "instructor " INSTRUCTOR_VERSION);
  app.require_subcommand(1);
  app.fallthrough(false);
  app.failure_message([](const CLI::App* program, const CLI::Error& error) {
    return "instructor: " + std::string(error.what()) + "\nRun `" + program->get_name() + " --help` for the options.\n";
  });
  app.footer(
      "Extract data from a text, given a JSON Schema:\n"
      "  export OPENAI_API_KEY=...\n"
      "  instructor extract --model openai/gpt-4o-mini --schema ticket.schema.json mail.txt\n\n"
      "Without a provider, against the practice server:\n"
      "  instructor mock --port 8089 &\n"
      "  instructor extract --model openai/any --base-url http://127.0.0.1:8089/v1 --schema ticket.schema.json "
      "mail.txt");

  std::vector<std::pair<CLI::App*, Run>> commands;
  const auto add = [&](const char* name, const char* help, Run (*make)(CLI::App&)) {
    CLI::App* const command = app.add_subcommand(name, help);
    commands.emplace_back(command, make(*command));
  };
  add("extract", "Extract data from texts with a language model", add_extract);
  add("schema", "Show how a JSON Schema is understood, and what a provider is sent", add_schema);
  add("dialects", "List what providers take as a JSON Schema, and where that is written down", add_dialects);
  add("providers", "List providers, their modes, and what some of their models do not take", add_providers);
  add("check", "Check JSON documents against a JSON Schema", add_check);
  add("mock", "Run a practice server that speaks the protocols of providers", add_mock);

  const auto is_command = [&](std::string_view name) {
    return std::ranges::any_of(commands, [&](const auto& command) { return command.first->get_name() == name; });
  };
  if (argc > 1 && argv[1][0] != '-' && !is_command(argv[1])) {
    std::string names;
    for (const auto& [command, _] : commands) names += " " + command->get_name();
    std::cerr << "instructor: there is no subcommand " << argv[1] << "; there are" << names << '\n';
    return usage;
  }

  try {
    app.parse(argc, argv);
    for (const auto& [command, run] : commands)
      if (command->parsed()) return run();
    return ok;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ok : usage;
  } catch (const instructor::Error& error) {
    std::cerr << error.what() << '\n';
    return usage;
  } catch (const std::exception& error) {
    std::cerr << "instructor: " << error.what() << '\n';
    return usage;
  }
}
