#include <iostream>
#include <memory>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/input.hpp"
#include "instructor/codec.hpp"
#include "instructor/dynamic.hpp"

namespace instructor::cli {

namespace {

struct CheckOptions {
  std::string schema;
  std::vector<std::string> files;
  bool json = false;
};

Json as_json(const Issue& issue) {
  Json json;
  json["path"] = issue.path;
  json["code"] = std::string(to_string(issue.code));
  if (!issue.expected.empty()) json["expected"] = issue.expected;
  if (!issue.received.empty()) json["received"] = issue.received;
  json["text"] = issue.text();
  return json;
}

int check(const CheckOptions& options) {
  const DynamicModel model = read_model(options.schema);
  bool valid = true;
  for (const Document& document : read_documents(options.files)) {
    const std::expected<Json, Issues> value = model.decode(document.text);
    valid = valid && value.has_value();
    if (options.json) {
      Json row;
      row["source"] = document.source;
      row["valid"] = value.has_value();
      row["issues"] = Json::array();
      if (!value)
        for (const Issue& issue : value.error()) row["issues"].push_back(as_json(issue));
      std::cout << encode(row) << '\n';
    } else if (value) {
      std::cout << document.source << ": valid\n";
    } else {
      const std::size_t count = value.error().total();
      std::cout << document.source << ": " << count << (count == 1 ? " issue\n" : " issues\n") << value.error().text();
    }
  }
  return valid ? Status::ok : Status::failed;
}

}  // namespace

Run add_check(CLI::App& app) {
  const auto options = std::make_shared<CheckOptions>();
  app.add_option("files", options->files, "JSON documents; none or -: standard input");
  app.add_option("-s,--schema", options->schema, "The JSON Schema")->required();
  app.add_flag("--json", options->json, "Print one JSON line a document: source, valid, issues");
  app.footer("Exit status: 0 all are valid, 1 some are not, 2 the command line or the schema is wrong.");
  return [options] { return check(*options); };
}

}  // namespace instructor::cli
