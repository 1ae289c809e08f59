// suites/partial-json: what is shown of JSON that is cut off. Each case is held against our own rules at every prefix,
// and what its suite expects against what the library shows in the end.
//
// The suites do not agree with each other. Where one asks for something else than we do, one of the readings below says
// what it makes of its input, so that the rest can still be compared.

#include <algorithm>
#include <functional>

#include <instructor/codec.hpp>
#include <instructor/json.hpp>
#include <instructor/stream.hpp>

#include "data.hpp"
#include "model/find_json.hpp"
#include "partial_oracle.hpp"
#include "partial_prefixes.hpp"
#include "section.hpp"

namespace conformance {

namespace {

using instructor::FieldState;

constexpr std::size_t max_document = 2048;

/// What the library shows of a text; of a whole document, its value. Nothing: nothing.
std::optional<Json> shown(std::string_view text) {
  instructor::PartialDecoder<instructor::Json> decoder;
  decoder.feed(text);
  std::optional<Json> value;
  if (decoder.partial().state() != FieldState::absent)
    if (const std::expected<Json, std::string> read = parse_json(decoder.partial().json())) value = *read;
  const std::expected<instructor::Json, instructor::Issues> whole = decoder.finish();
  return whole ? std::optional<Json>(*whole) : value;
}

std::string in_words(const std::optional<Json>& value) { return value ? in_quotes(value->dump()) : "nothing"; }

bool has_option(const Json& options, std::string_view list, std::string_view item) {
  const Json* const items = member(options, list);
  return items != nullptr && items->is_array() && std::ranges::find(*items, Json(item)) != items->end();
}

/// The suite guesses an unfinished number or literal: 12. is 12, fals is false. We show a value when it can no longer
/// change.
std::string guess_the_end(std::string_view text, const Json&) {
  const Arrived arrived = arrived_of(text);
  const std::string_view rest = text.substr(std::min(arrived.tail_begin, text.size()));
  std::string guessed(text.substr(0, text.size() - rest.size()));
  if (arrived.tail == Tail::number) return guessed.append(rest.substr(0, number_length(rest))) + ' ';
  if (arrived.tail != Tail::literal) return std::string(text);
  for (const std::string_view word : {"true", "false", "null"})
    if (word.starts_with(rest)) return guessed.append(word);
  return guessed;
}

/// The case wants an unfinished string dropped. We show what there is of it.
std::string drop_the_string(std::string_view text, const Json& options) {
  const bool dropped = text_at(options, "partial_mode") == "on" ||
                       (member(options, "allow_partial") != nullptr && !has_option(options, "allow_partial", "STR"));
  const Arrived arrived = arrived_of(text);
  const bool drops = dropped && arrived.tail == Tail::string;
  return std::string(drops ? text.substr(0, arrived.tail_begin) : text);
}

/// The suite takes control characters in strings as they are. JSON has them escaped.
std::string escape_controls(std::string_view text, const Json&) {
  std::string escaped(text);
  for (std::optional<std::size_t> wrong = arrived_of(escaped).wrong; wrong; wrong = arrived_of(escaped).wrong) {
    const auto c = static_cast<unsigned char>(escaped[*wrong]);
    if (c >= 0x20) break;
    const std::string sequence = Json(std::string(1, static_cast<char>(c))).dump();
    escaped.replace(*wrong, 1, sequence.substr(1, sequence.size() - 2));
  }
  return escaped;
}

/// The suite takes NaN and Infinity. They are no JSON: what we show ends before them.
std::string end_before_names(std::string_view text, const Json&) {
  const Arrived arrived = arrived_of(text);
  if (!arrived.wrong) return std::string(text);
  const std::string_view rest = text.substr(*arrived.wrong);
  const bool named = rest.starts_with("NaN") || rest.starts_with("Infinity") || rest.starts_with("-Infinity");
  return std::string(named ? text.substr(0, *arrived.wrong) : text);
}

using Reading = std::string (*)(std::string_view text, const Json& options);
constexpr Reading readings[] = {guess_the_end, drop_the_string, escape_controls};

/// As it is, or as one of the readings has it.
bool is_expected(std::string_view text, const Json& options, const Json& expected) {
  if (shown(text) == expected) return true;
  return std::ranges::any_of(readings, [&](Reading reading) { return shown(reading(text, options)) == expected; });
}

/// Only how the values of a whole text must be spelled is said by an error.
Differences check_error(std::string_view text) {
  const auto decoded = instructor::decode<instructor::Json>(text);
  if (!decoded) return {};
  return {"must be rejected, was read as " + in_quotes(decoded->dump())};
}

Differences check_kind_of_prefixes(std::string_view text, std::string_view kind) {
  for (std::size_t size = 1; size < text.size(); ++size) {
    const std::optional<Json> value = shown(text.substr(0, size));
    if (!value || value->type_name() != kind)
      return {"after " + in_quotes(text.substr(0, size)) + ": should show an " + std::string(kind) + ", shows " +
              in_words(value)};
  }
  return {};
}

/// The distinct values that are seen while the chunks arrive. The JSON is looked for in all of them: find_json is for
/// texts that are over.
Json sequence(const Json& chunks, const std::function<std::string(std::string_view)>& reading) {
  std::string all;
  for (const Json& chunk : chunks) all += chunk.get<std::string>();
  const auto begin = static_cast<std::size_t>(instructor::core::find_json(all).data() - all.data());
  Json values = Json::array();
  std::size_t size = 0;
  for (const Json& chunk : chunks) {
    size += chunk.get_ref<const std::string&>().size();
    if (size <= begin) continue;
    const std::optional<Json> value = shown(reading(std::string_view(all).substr(begin, size - begin)));
    if (value && (values.empty() || values.back() != *value)) values.push_back(*value);
  }
  return values;
}

Differences check_sequence(const Json& chunks, const Json& options, const Json& expected) {
  const Json got = sequence(chunks, [](std::string_view text) { return std::string(text); });
  if (got == expected) return {};
  const auto guessed = [&](std::string_view text) { return guess_the_end(text, options); };
  if (sequence(chunks, guessed) == expected) return {};
  return {"the sequence should be " + in_quotes(expected.dump()) + ", is " + in_quotes(got.dump())};
}

std::expected<std::string, std::string> input_of(const Json& given) {
  if (const Json* const chunks = member(given, "chunks"); chunks != nullptr && chunks->is_array()) {
    std::string text;
    for (const Json& chunk : *chunks) {
      if (!chunk.is_string()) return std::unexpected("malformed: a chunk is no text");
      text += chunk.get<std::string>();
    }
    return text;
  }
  if (const Json* const bytes = member(given, "input_base64"); bytes != nullptr && bytes->is_string()) {
    if (std::optional<std::string> text = from_base64(bytes->get<std::string>())) return *text;
    return std::unexpected("malformed: input_base64 is not base64");
  }
  if (const Json* const text = member(given, "input"); text != nullptr && text->is_string())
    return text->get<std::string>();
  return std::unexpected("malformed: no input");
}

/// What the suite itself expects.
Differences check_expectation(const Json& given, std::string_view text) {
  const Json* const found = member(given, "options");
  const Json options = found == nullptr ? Json::object() : *found;
  if (const Json* const kind = member(given, "every_prefix_is"))
    return check_kind_of_prefixes(text, kind->is_string() ? kind->get<std::string>() : "kind that is no text");
  if (const Json* const values = member(given, "expected_sequence")) {
    const Json* const chunks = member(given, "chunks");
    return chunks == nullptr ? Differences{"malformed: no chunks"} : check_sequence(*chunks, options, *values);
  }
  if (const Json* const error = member(given, "error"); error != nullptr && *error == true) return check_error(text);
  if (const Json* const none = member(given, "no_value"); none != nullptr && *none == true) {
    const std::optional<Json> value = shown(text);
    return value ? Differences{"should show nothing, shows " + in_words(value)} : Differences();
  }
  const auto expected = given.find("expected");
  if (expected == given.end()) return {"malformed: nothing is expected"};
  if (is_expected(text, options, *expected)) return {};
  const std::string named = end_before_names(text, options);
  if (named != text && shown(named) == shown(text)) return {};
  return {"should show " + in_quotes(expected->dump()) + ", shows " + in_words(shown(text))};
}

Differences check_case(const Json& given) {
  const std::expected<std::string, std::string> input = input_of(given);
  if (!input) return {input.error()};
  // Markdown and words may stand around the JSON; not in the cases of the kind "partial".
  const std::string kind = text_at(given, "kind");
  const bool surrounded = kind == "markdown" || kind == "stream";
  const std::string_view text = surrounded ? instructor::core::find_json(*input) : std::string_view(*input);
  Differences differences = check_prefixes(text);
  for (std::string& difference : check_expectation(given, text)) differences.push_back(std::move(difference));
  return differences;
}

void run_suite(const std::filesystem::path& file, Report& report) {
  const std::optional<std::string> text = read_file(file);
  const std::string stem = file.stem().string();
  if (!text) return report.tally("partial JSON, " + stem).add(stem, {"the file cannot be read"});
  const std::expected<Json, std::string> suite = parse_json(*text);
  if (!suite) return report.tally("partial JSON, " + stem).add(stem, {"malformed: " + suite.error()});
  const std::string name = text_at(*suite, "suite").empty() ? stem : text_at(*suite, "suite");
  Tally& tally = report.tally("partial JSON, " + name);
  const Json* const cases = member(*suite, "cases");
  if (cases == nullptr || !cases->is_array()) return tally.add(stem, {"malformed: no list of cases"});
  for (const Json& given : *cases) {
    const std::string where = text_at(given, "name") + " " + text_at(given, "id");
    try {
      tally.add(where, check_case(given));
    } catch (const std::exception& error) {
      tally.add(where, {std::string("an exception: ") + error.what()});
    }
  }
}

/// Documents that must parse, as far as they are short enough to be looked at byte by byte.
void run_documents(const std::filesystem::path& folder, Report& report) {
  for (const std::filesystem::path& file : files_below(folder, ".json")) {
    const std::string name = file.filename().string();
    if (!name.starts_with("y_")) continue;
    const std::optional<std::string> text = read_file(file);
    if (text && text->size() <= max_document)
      report.tally("partial JSON, json-parsing").add(name, check_prefixes(*text));
  }
}

}  // namespace

void run_partial_json(const std::filesystem::path& data, Report& report) {
  const std::vector<std::filesystem::path> suites = files_below(data / "suites/partial-json", ".json");
  if (suites.empty()) report.note("partial JSON: skipped, there are no cases");
  for (const std::filesystem::path& file : suites) run_suite(file, report);
  run_documents(data / "suites/json-parsing", report);
}

}  // namespace conformance
