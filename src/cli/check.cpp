#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/input.hpp"
#include "instructor/codec.hpp"
#include "instructor/dynamic.hpp"
#include "instructor/repair.hpp"

namespace instructor::cli {

namespace {

struct CheckOptions {
  std::string schema;
  std::vector<std::string> files;
  std::string repair;  // empty: strict
  int max_cost = RepairPolicy::default_max_cost;
  bool json = false;
};

RepairPolicy policy_of(const CheckOptions& options) {
  const RepairLevel level = options.repair.empty()       ? RepairLevel::none
                            : options.repair == "syntax" ? RepairLevel::syntax
                                                         : RepairLevel::full;
  return {level, options.max_cost};
}

Json as_json(const Issue& issue) {
  Json json;
  json["path"] = issue.path;
  json["code"] = std::string(to_string(issue.code));
  if (!issue.expected.empty()) json["expected"] = issue.expected;
  if (!issue.received.empty()) json["received"] = issue.received;
  json["text"] = issue.text();
  return json;
}

Json as_json(const Repair& repair) {
  Json json;
  json["path"] = repair.path;
  json["kind"] = std::string(to_string(repair.kind));
  json["from"] = repair.from;
  json["to"] = repair.to;
  json["cost"] = repair.cost;
  return json;
}

using Outcome = std::expected<Repaired<Json>, Issues>;

void print_line(const CheckOptions& options, const std::string& source, const Outcome& outcome) {
  Json row;
  row["source"] = source;
  row["valid"] = outcome.has_value();
  row["issues"] = Json::array();
  if (!outcome)
    for (const Issue& issue : outcome.error()) row["issues"].push_back(as_json(issue));
  if (!options.repair.empty() && outcome) {
    row["repairs"] = Json::array();
    for (const Repair& repair : outcome->repairs) row["repairs"].push_back(as_json(repair));
    row["cost"] = outcome->repairs.cost();
    row["value"] = outcome->value;
  }
  std::cout << encode(row) << '\n';
}

/// `3 repairs`
std::string counted(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

void print_text(const CheckOptions& options, const std::string& source, const Outcome& outcome) {
  std::cout << source << ": ";
  if (!outcome) {
    std::cout << counted(outcome.error().total(), "issue") << '\n' << outcome.error().text();
    return;
  }
  const Repairs& repairs = outcome->repairs;
  if (repairs.empty())
    std::cout << "valid\n";
  else
    std::cout << "valid after " << counted(repairs.total(), "repair") << " (cost " << repairs.cost() << ")\n"
              << repairs.text();
  if (!options.repair.empty()) std::cout << encode(outcome->value, 2) << '\n';
}

int check(const CheckOptions& options) {
  const DynamicModel model = read_model(options.schema);
  bool valid = true;
  for (const Document& document : read_documents(options.files)) {
    const Outcome outcome = model.decode_tolerant(document.text, policy_of(options));
    valid = valid && outcome.has_value();
    if (options.json)
      print_line(options, document.source, outcome);
    else
      print_text(options, document.source, outcome);
  }
  return valid ? Status::ok : Status::failed;
}

}  // namespace

Run add_check(CLI::App& app) {
  const auto options = std::make_shared<CheckOptions>();
  app.add_option("files", options->files, "JSON documents; none or -: standard input");
  app.add_option("-s,--schema", options->schema, "The JSON Schema")->required();
  app.add_flag(
         "--repair{full}", options->repair,
         "Find and mend the JSON in the document, and understand its values (=syntax: do not), as calls do; print "
         "what was repaired and the value")
      ->check(CLI::IsMember({"syntax", "full"}));
  app.add_option("--max-cost", options->max_cost, "What repairs may cost together")->needs("--repair");
  app.add_flag("--json", options->json,
               "Print one JSON line a document: source, valid, issues; with --repair also repairs, cost, value");
  app.footer("Exit status: 0 all are valid, 1 some are not, 2 the command line or the schema is wrong.");
  return [options] { return check(*options); };
}

}  // namespace instructor::cli
