#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.hpp"
#include "cli/markdown.hpp"
#include "cli/print.hpp"
#include "instructor/error.hpp"
#include "instructor/provider.hpp"

namespace instructor::cli {

namespace {

struct ProvidersOptions {
  std::string name;
  bool quirks = false;
  bool modes = false;
  bool markdown = false;
};

using Rows = std::vector<std::vector<std::string>>;

constexpr Mode mode_columns[]{Mode::tools, Mode::tools_strict, Mode::parallel_tools, Mode::json_schema,
                              Mode::json,  Mode::md_json,      Mode::responses_tools};

std::string listed(std::string_view words) {
  std::string out;
  for (const char c : words) out += c == ' ' ? std::string(", ") : std::string(1, c);
  return out;
}

std::string modes_of(const Provider& provider) {
  std::string out;
  for (const Mode mode : provider.modes) out.append(out.empty() ? "" : ", ").append(to_string(mode));
  return out;
}

std::string key_of(const Provider& provider) {
  const std::string variables = listed(provider.key_variables);
  switch (provider.key_place) {
    case KeyPlace::aws: return "AWS credentials, or " + variables;
    case KeyPlace::google_cloud: return "Google Cloud credentials";
    default: break;
  }
  if (variables.empty()) return "none";
  return provider.key_required ? variables : variables + " (if there is one)";
}

std::string names_of(const Provider& provider) {
  std::string names(provider.name);
  if (!provider.aliases.empty()) names += " (" + listed(provider.aliases) + ")";
  return names;
}

std::string base_url_of(const Provider& provider) {
  return std::string(provider.base_url.empty() ? "must be given" : provider.base_url);
}

std::string parameters_of(const Provider& provider) {
  std::string out;
  for (const ProviderParameter& row : provider.parameters) {
    out.append(out.empty() ? "" : "; ").append(row.name);
    if (!row.variables.empty()) out += " from " + listed(row.variables);
    if (!row.value.empty()) out.append(", else ").append(row.value);
    if (row.required) out += " (required)";
  }
  return out;
}

void print(const std::vector<std::string>& headings, const Rows& rows, bool markdown) {
  if (markdown)
    print_markdown(headings, rows);
  else
    std::cout << table(headings, rows, terminal_width());
}

/// What there is to know of one provider.
int show_one(const Provider& provider) {
  const auto line = [](std::string_view what, const std::string& value) {
    if (!value.empty()) std::cout << padded(std::string(what), 12) << visible(value) << '\n';
  };
  line("provider", names_of(provider));
  line("protocol", std::string(provider.protocol));
  line("key", key_of(provider));
  line("base URL", base_url_of(provider));
  line("or from", listed(provider.base_url_variables));
  line("parameters", parameters_of(provider));
  line("modes", modes_of(provider));
  const SchemaDialects& dialects = provider.dialects;
  const auto dialect = [&](std::string_view what, const Dialect* row) {
    if (row != nullptr) line(what, std::string(row->name()));
  };
  dialect("tools", dialects.tools);
  dialect("  enforced", dialects.strict_tools);
  dialect("format", dialects.format);
  dialect("  enforced", dialects.strict_format);
  line("source", std::string(provider.source) + " (" + std::string(provider.read) + ")");
  return Status::ok;
}

Rows quirk_rows() {
  Rows rows;
  for (const ModelQuirk& row : model_quirks())
    rows.push_back({listed(row.provider),
                    (row.models.starts_with('!') ? "all but " : "") +
                        listed(row.models.substr(row.models.starts_with('!') ? 1 : 0)),
                    std::string(explanation(row.quirk)), std::string(row.source) + " (" + std::string(row.read) + ")"});
  return rows;
}

Rows mode_rows() {
  Rows rows;
  for (const Provider* const provider : all_providers()) {
    std::vector<std::string> cells{std::string(provider->name)};
    for (const Mode column : mode_columns) {
      std::string cell;
      for (const Mode mode : provider->modes)
        if (mode == column)
          cell = &mode == provider->modes.data() || mode == provider->modes.front() ? "default" : "yes";
      cells.push_back(std::move(cell));
    }
    rows.push_back(std::move(cells));
  }
  return rows;
}

Rows provider_rows() {
  Rows rows;
  for (const Provider* const provider : all_providers())
    rows.push_back({names_of(*provider), std::string(provider->protocol), key_of(*provider), base_url_of(*provider),
                    parameters_of(*provider)});
  return rows;
}

int show(const ProvidersOptions& options) {
  if (!options.name.empty()) {
    const Provider* const provider = find_provider(options.name);
    if (provider != nullptr) return show_one(*provider);
    std::string names;
    for (const Provider* const row : all_providers()) names.append(names.empty() ? "" : ", ").append(row->name);
    throw Error(ErrorCode::invalid_provider, "unknown provider " + options.name + "; there are " + names);
  }
  if (options.quirks) {
    print({"providers", "models", "what", "source"}, quirk_rows(), options.markdown);
  } else if (options.modes) {
    std::vector<std::string> headings{"provider"};
    for (const Mode mode : mode_columns) headings.emplace_back(to_string(mode));
    print(headings, mode_rows(), options.markdown);
  } else {
    print({"provider", "protocol", "key", "base URL", "parameters"}, provider_rows(), options.markdown);
  }
  return Status::ok;
}

}  // namespace

Run add_providers(CLI::App& app) {
  const auto options = std::make_shared<ProvidersOptions>();
  app.add_option("name", options->name, "A provider, to see all there is to know of it");
  app.add_flag("--modes", options->modes, "Which modes each provider offers");
  app.add_flag("--quirks", options->quirks, "What some models do not take, or take in another way");
  app.add_flag("--markdown", options->markdown, "Print tables for a document");
  return [options] { return show(*options); };
}

}  // namespace instructor::cli
