#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>

#include <nlohmann/json.hpp>

#include "cli/change_lines.hpp"
#include "cli/commands.hpp"
#include "cli/input.hpp"
#include "cli/listing.hpp"
#include "cli/live_view.hpp"
#include "cli/print.hpp"
#include "cli/progress.hpp"
#include "instructor/client.hpp"
#include "instructor/codec.hpp"
#include "instructor/dynamic.hpp"
#include "instructor/stream.hpp"

namespace instructor::cli {

namespace {

struct ExtractOptions {
  std::string model;
  std::string schema;
  std::vector<std::string> files;
  std::string output;
  bool json = false;
  bool stream = false;
  bool verbose = false;
  std::string base_url;
  std::string mode = "automatic";
  std::string system;
  int max_retries = 3;
  std::int64_t max_tokens = 0;
  double timeout = 600;
};

/// What happened, attempt by attempt.
void print_attempts(const std::vector<Attempt>& attempts) {
  for (const Attempt& attempt : attempts) {
    std::cerr << "  attempt " << attempt.number << ": ";
    if (!attempt.failure.empty()) {
      std::cerr << visible_lines(attempt.failure) << '\n';
    } else if (attempt.issues.empty()) {
      std::cerr << (attempt.repairs.empty() ? "valid\n" : "valid, after repairs\n")
                << visible_lines(attempt.repairs.text());
    } else {
      std::cerr << visible_lines(attempt.answer.empty() ? attempt.reply.text : attempt.answer) << '\n';
      std::cerr << visible_lines(attempt.issues.text(20));
    }
  }
}

/// Values for programs: one line each. With several documents each line also says which it is of.
class JsonLines {
 public:
  JsonLines(std::ostream& out, bool with_source) : out_(out), with_source_(with_source) {}

  void add(const Document& document, const Json& value) {
    if (with_source_) {
      Json row;
      row["source"] = document.source;
      row["value"] = value;
      out_ << json_line(row) << '\n';
    } else {
      out_ << json_line(value) << '\n';
    }
    out_.flush();
  }

 private:
  std::ostream& out_;
  bool with_source_;
};

std::string readable(const std::vector<std::pair<std::string, Json>>& values, bool several) {
  const std::size_t width = terminal_width();
  if (values.empty()) return {};
  if (!several) return listing(values.front().second, width);
  std::vector<std::string> headings{"source"};
  for (const auto& [source, value] : values)
    if (value.is_object())
      for (const auto& [key, _] : value.items())
        if (std::ranges::find(headings, key) == headings.end()) headings.push_back(key);
  if (headings.size() == 1) headings.emplace_back("value");
  std::vector<std::vector<std::string>> rows;
  for (const auto& [source, value] : values) {
    std::vector<std::string> row{std::filesystem::path(source).filename().string()};
    for (std::size_t i = 1; i < headings.size(); ++i) {
      if (!value.is_object())
        row.push_back(inline_text(value));
      else
        row.push_back(value.contains(headings[i]) ? inline_text(value.at(headings[i])) : "");
    }
    rows.push_back(std::move(row));
  }
  return table(headings, rows, width);
}

/// What had arrived of a value when its answer broke off.
void print_arrival(const Error& error) {
  constexpr std::size_t longest = 4000;
  const Json* const arrived = error.partial<Json>();
  if (arrived == nullptr || arrived->is_null()) return;
  std::cerr << "  what had arrived: " << fitted(encode(*arrived), longest) << '\n';
}

std::unique_ptr<Progress> progress_for(const ExtractOptions& options, const DynamicModel& model, bool for_programs) {
  if (!options.stream) return nullptr;
  if (for_programs) return std::make_unique<ChangeLines>(std::cout);
  return std::make_unique<LiveView>(model.type());
}

/// As Client::create_with_completion.
std::pair<Json, Completion> create(const Client& client, const DynamicModel& model, const Document& document,
                                   Progress* progress) {
  if (progress == nullptr) return client.create_with_completion(model, Request(document.text));
  JsonStream stream = client.create_partial(model, Request(document.text));
  stream.on_change([&](const std::string& path, const FieldChange& change) { progress->change(path, change); });
  int attempt = 1;
  while (stream.next() != nullptr) {
    if (stream.attempt() == attempt) continue;
    attempt = stream.attempt();
    progress->asked_again(attempt, stream.completion());
  }
  Json value = stream.result();
  return {std::move(value), stream.completion()};
}

Client client_for(const ExtractOptions& options) {
  ClientOptions settings;
  if (!options.base_url.empty()) settings.base_url(options.base_url);
  if (options.mode != to_string(Mode::automatic))
    settings.mode(mode_for(std::string_view(options.model).substr(0, options.model.find('/')), options.mode));
  Request defaults;
  if (!options.system.empty()) defaults.system(options.system);
  defaults.max_retries(options.max_retries);
  if (options.max_tokens > 0) defaults.max_tokens(options.max_tokens);
  defaults.timeout(Duration::of_nanoseconds(static_cast<std::int64_t>(options.timeout * 1e9)));
  settings.defaults(std::move(defaults));
  return from_provider(options.model, settings);
}

int extract(const ExtractOptions& options) {
  const DynamicModel model = read_model(options.schema);
  const Client client = client_for(options);
  const std::vector<Document> documents = read_documents(options.files);
  const bool several = documents.size() > 1;

  std::ofstream file;
  if (!options.output.empty()) {
    file.open(options.output, std::ios::binary | std::ios::trunc);
    if (!file) throw Error(ErrorCode::invalid_configuration, options.output + ": cannot be written");
  }
  std::vector<JsonLines> lines;
  if (file.is_open()) lines.emplace_back(file, several);
  const bool for_programs = options.json || (options.stream && !is_terminal());
  const std::unique_ptr<Progress> progress = progress_for(options, model, for_programs);
  if (options.json && !options.stream) lines.emplace_back(std::cout, several);

  std::vector<std::pair<std::string, Json>> values;
  std::size_t failures = 0;
  Usage usage;
  for (const Document& document : documents) {
    if (options.verbose) std::cerr << document.source << ":\n";
    try {
      if (progress) progress->begin(document, values.size() + failures + 1, documents.size());
      auto [value, completion] = create(client, model, document, progress.get());
      if (progress) progress->end(&value);
      usage += completion.usage;
      if (options.verbose) print_attempts(completion.attempts);
      for (JsonLines& out : lines) out.add(document, value);
      values.emplace_back(document.source, std::move(value));
    } catch (const Error& error) {
      if (progress) progress->end(nullptr);
      ++failures;
      usage += error.usage();
      if (options.verbose) print_attempts(error.attempts());
      std::cerr << document.source << ": " << visible_lines(error.what()) << '\n';
      print_arrival(error);
      // The next document would meet the same.
      if (error.category() == ErrorCategory::fix_configuration || error.category() == ErrorCategory::fix_program)
        return Status::usage;
    }
  }
  if (file.is_open() && !file.flush())
    throw Error(ErrorCode::invalid_configuration, options.output + ": cannot be written");
  if (!for_programs) std::cout << readable(values, several);
  if (file.is_open() || options.verbose)
    std::cerr << values.size() << " of " << documents.size() << (several ? " documents" : " document") << " extracted, "
              << usage.total_tokens << " tokens" << (file.is_open() ? ", written to " + options.output : "") << '\n';
  return failures == 0 ? Status::ok : Status::failed;
}

}  // namespace

Run add_extract(CLI::App& app) {
  const auto options = std::make_shared<ExtractOptions>();
  app.add_option("files", options->files, "Texts to extract from; none or -: standard input");
  app.add_option("-m,--model", options->model, "provider/model, as openai/gpt-4o-mini or ollama/qwen3")->required();
  app.add_option("-s,--schema", options->schema, "JSON Schema of what is to be extracted")->required();
  app.add_option("-o,--output", options->output, "Write the values to this file, one JSON line each");
  app.add_flag("--json", options->json, "Print the values as JSON lines instead of a table");
  app.add_flag("--stream", options->stream,
               "Show the values while they arrive; where standard output is no terminal, or with --json, print each "
               "change as a JSON line");
  app.add_flag("-v,--verbose", options->verbose, "Tell on standard error what every attempt gave");
  app.add_option("--system", options->system, "Instructions for the model");
  app.add_option("--base-url", options->base_url, "Where the provider is, as http://localhost:8000/v1");
  app.add_option("--mode", options->mode,
                 "automatic, tools, tools_strict, json_schema, json, md_json or responses_tools; see `instructor "
                 "providers --modes`")
      ->capture_default_str();
  app.add_option("--max-retries", options->max_retries, "How often to ask again after an invalid answer")
      ->capture_default_str();
  app.add_option("--max-tokens", options->max_tokens, "The longest answer, in tokens");
  app.add_option("--timeout", options->timeout, "Seconds for one attempt")->capture_default_str();
  app.footer(
      "With several files each JSON line is {\"source\": file, \"value\": value}, with one it is the value alone.\n"
      "With --stream a line is {\"document\": file, \"path\": JSON pointer, \"change\": kind}, and has what is new:\n"
      "  begun, set, completed: \"value\"; appended: \"text\"; restarted: nothing, all so far is void.\n"
      "The last one of each document has no path: {\"document\": file, \"change\": \"result\", \"value\": value}.\n"
      "Exit status: 0 all were extracted, 1 some were not, 2 the command line or the configuration is wrong.");
  return [options] { return extract(*options); };
}

}  // namespace instructor::cli
