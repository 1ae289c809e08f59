#include <algorithm>
#include <iostream>
#include <memory>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/input.hpp"
#include "cli/print.hpp"
#include "instructor/codec.hpp"
#include "instructor/dynamic.hpp"
#include "instructor/testing.hpp"

namespace instructor::cli {

namespace {

struct SchemaOptions {
  std::string schema;
  std::string dialect;
  bool report = false;
  bool type_text = false;
  int fakes = 0;
  std::uint64_t seed = 0;
};

const TypeInfo& inside(const TypeInfo& type) {
  const TypeInfo* inner = &type;
  while (inner->kind == Kind::optional) inner = &*inner->element;
  return without_rest(*inner);
}

std::string type_words(const TypeInfo& type) {
  switch (type.kind) {
    case Kind::boolean: return "boolean";
    case Kind::integer: return "integer";
    case Kind::number: return "number";
    case Kind::string: return "string";
    case Kind::enumeration: return "enum";
    case Kind::text: return std::string(type.text->what);
    case Kind::optional: return type_words(*type.element) + " or null";
    case Kind::list:
    case Kind::set: return "list of " + type_words(*type.element);
    case Kind::map: return "map of " + type_words(*type.element);
    case Kind::tuple: return "tuple";
    case Kind::object: return type.name.empty() ? "object" : std::string(type.name);
    case Kind::null: return "null";
    case Kind::any: return type.allowed.empty() ? "anything" : "constant";
    case Kind::variant: {
      if (&without_rest(type) != &type) return type_words(without_rest(type));
      constexpr std::size_t enough = 200;
      std::string words;
      for (const TypeRef& alternative : type.elements) {
        if (words.size() > enough) return words + " or others";
        words.append(words.empty() ? "" : " or ").append(type_words(*alternative));
      }
      return words;
    }
  }
  return "";
}

std::string number(const Number& value) {
  switch (value.form) {
    case Number::Form::signed_integer: return std::to_string(value.signed_value);
    case Number::Form::unsigned_integer: return std::to_string(value.unsigned_value);
    case Number::Form::floating: return encode(value.floating_value);
    case Number::Form::none: break;
  }
  return "";
}

/// Limits and choices, as people write them.
std::string rule_words(const TypeInfo& type) {
  std::string words;
  const auto add = [&](const std::string& text) { words += (words.empty() ? "" : ", ") + text; };
  if (!type.enumerators.empty()) {
    std::string names;
    for (const Enumerator& enumerator : type.enumerators)
      names.append(names.empty() ? "" : " | ").append(enumerator.name);
    add(names);
  }
  for (const std::string_view allowed : type.allowed) add(std::string(allowed));
  if (type.rules == nullptr) return words;
  const Rules& rules = *type.rules;
  if (rules.minimum) add(">= " + number(rules.minimum));
  if (rules.exclusive_minimum) add("> " + number(rules.exclusive_minimum));
  if (rules.maximum) add("<= " + number(rules.maximum));
  if (rules.exclusive_maximum) add("< " + number(rules.exclusive_maximum));
  if (rules.multiple_of) add("multiple of " + number(rules.multiple_of));
  if (rules.min_length != 0) add("length >= " + std::to_string(rules.min_length));
  if (rules.max_length != Rules::unlimited) add("length <= " + std::to_string(rules.max_length));
  if (!rules.pattern.empty()) add("matches " + std::string(rules.pattern));
  if (!rules.format.empty()) add("format " + std::string(rules.format) + " (not checked)");
  if (rules.min_items != 0) add("items >= " + std::to_string(rules.min_items));
  if (rules.max_items != Rules::unlimited) add("items <= " + std::to_string(rules.max_items));
  if (rules.unique) add("no item twice");
  return words;
}

/// The fields of an object and of the objects inside it, one row each.
void add_rows(const TypeInfo& object, const std::string& prefix, std::vector<const TypeInfo*>& open,
              std::vector<std::vector<std::string>>& rows) {
  if (std::ranges::find(open, &object) != open.end()) return;
  open.push_back(&object);
  for (const FieldInfo& field : object.fields) {
    const TypeInfo& type = inside(*field.type);
    const std::string key = prefix + std::string(field.key);
    std::string_view description = field.annotation->description;
    if (description.empty()) description = type.description;
    rows.push_back({key, type_words(*field.type), field.may_be_left_out() ? "" : "yes", rule_words(type),
                    std::string(description)});
    const bool holds = type.kind == Kind::list || type.kind == Kind::map;
    const TypeInfo& inner = holds ? inside(*type.element) : type;
    if (inner.kind == Kind::object) add_rows(inner, key + (holds ? "[]." : "."), open, rows);
  }
  open.pop_back();
}

/// What a provider is sent, and on standard error what is not said as it was.
int show_in(const DynamicModel& model, const Dialect& dialect, bool report) {
  const LoweredSchema& lowered = model.lowered(dialect);
  if (report) std::cerr << visible_lines(lowered.report());
  if (!lowered.fits()) {
    std::cerr << "instructor: " << dialect.name() << " does not take this schema: " << visible_lines(lowered.why_not())
              << '\n';
    return Status::failed;
  }
  std::cout << encode(*decode<Json>(lowered.schema), 2) << '\n';
  return Status::ok;
}

int show(const SchemaOptions& options) {
  const DynamicModel model = read_model(options.schema);
  if (options.fakes > 0) {
    for (int i = 0; i < options.fakes; ++i)
      std::cout << encode(testing::fake(model, options.seed + static_cast<std::uint64_t>(i))) << '\n';
    return Status::ok;
  }
  if (options.type_text) {
    std::cout << visible_lines(model.type_text()) << '\n';
    return Status::ok;
  }
  if (!options.dialect.empty()) return show_in(model, known_dialect(options.dialect), options.report);
  const TypeInfo& type = model.type();
  std::cout << model.name();
  if (!type.description.empty()) std::cout << ": " << type.description;
  std::cout << "\n\n";
  std::vector<std::vector<std::string>> rows;
  std::vector<const TypeInfo*> open;
  add_rows(type.kind == Kind::object ? type : model.asked_type(), "", open, rows);
  std::cout << table({"field", "type", "required", "rules", "description"}, rows, terminal_width());
  return Status::ok;
}

}  // namespace

Run add_schema(CLI::App& app) {
  const auto options = std::make_shared<SchemaOptions>();
  app.add_option("schema", options->schema, "The JSON Schema; -: standard input")->required();
  app.add_option("--dialect", options->dialect,
                 "Print the schema as a provider is sent it; `instructor dialects` lists them");
  app.add_flag("--report", options->report, "With --dialect: print on standard error what is said in another way");
  app.add_flag("--type-text", options->type_text,
               "Print the schema in the compact notation that the library has for prompts");
  app.add_option("--fake", options->fakes, "Print this many valid values instead, one JSON line each");
  app.add_option("--seed", options->seed, "Other values for another seed")->capture_default_str();
  return [options] { return show(*options); };
}

}  // namespace instructor::cli
