// What becomes of JSON that is broken or cut off: the suites of json_repair, jiter, partial-json-parser, LangChain and
// Vercel's AI SDK, each case in one piece and in chunks. And that what is JSON already stays as it is.
//
// Where our answer is another one, and why, is in known_deviations.json; a case that is listed there must deviate.

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>

#include "data.hpp"
#include "instructor/json.hpp"
#include "instructor/tolerant.hpp"
#include "json/mender.hpp"
#include "section.hpp"

namespace conformance {

namespace {

constexpr std::uint32_t seeds = 3;

struct Mended {
  std::string json;
  bool empty = false;
  std::string repairs;

  friend bool operator==(const Mended&, const Mended&) = default;
};

/// Seed 0: in one piece; 1: byte by byte.
Mended mend(std::string_view text, std::uint32_t seed, bool may_reopen) {
  instructor::json::MendLimits limits;
  limits.may_reopen = may_reopen;
  instructor::json::Mender mender(limits);
  Mended mended;
  std::mt19937 random(seed);
  while (!text.empty()) {
    const std::size_t wanted = seed == 0 ? text.size() : seed == 1 ? 1 : 1 + random() % 12;
    mender.feed(text.substr(0, wanted), mended.json);
    text.remove_prefix(std::min(wanted, text.size()));
  }
  mender.finish(mended.json);
  mended.empty = mender.empty();
  mended.repairs = mender.repairs().text();
  return mended;
}

/// The value may have words or a Markdown fence before it: finding it is not what is looked at here.
std::string_view from_value(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return text;
  if (std::string_view("{[(\"'`-0123456789").find(text[begin]) != std::string_view::npos) return text;
  const std::size_t fence = text.find("```");
  const std::size_t bracket = text.find_first_of("{[");
  if (fence != std::string_view::npos && (bracket == std::string_view::npos || fence < bracket))
    return text.substr(fence);
  return bracket == std::string_view::npos ? text : text.substr(bracket);
}

/// What came out, and that it does not depend on chunks and is JSON.
std::optional<Json> value_of(std::string_view text, Differences& differences) {
  const Mended whole = mend(text, 0, true);
  for (std::uint32_t seed = 1; seed <= seeds; ++seed)
    if (mend(text, seed, true) != whole)
      differences.push_back("in chunks, seed " + std::to_string(seed) + ": something else");
  if (whole.empty) return std::nullopt;
  const std::expected<Json, std::string> read = parse_json(whole.json);
  if (read) return *read;
  differences.push_back("no JSON came out: " + in_quotes(whole.json));
  return std::nullopt;
}

/// What a caller gets who takes any JSON.
std::optional<Json> understood(const std::string& text, int max_cost) {
  const auto found = instructor::decode_tolerant<instructor::Json>(text, {instructor::RepairLevel::full, max_cost});
  if (!found) return std::nullopt;
  return Json(found->value);
}

constexpr int any_cost = 100;

/// How often a caller gets what the suite expects: whatever it costs, and by default.
struct Agreement {
  std::size_t cases = 0;
  std::size_t at_any_cost = 0;
  std::size_t by_default = 0;

  void add(const Json& given) {
    const Json* const none = member(given, "no_value");
    const bool nothing = none != nullptr && *none == true;
    const auto expected = given.find("expected");
    if (!nothing && expected == given.end()) return;
    const auto agrees = [&](int max_cost) {
      const std::optional<Json> value = understood(text_at(given, "input"), max_cost);
      return nothing ? !value : value == *expected;
    };
    ++cases;
    if (agrees(any_cost)) ++at_any_cost;
    if (agrees(instructor::RepairPolicy::default_max_cost)) ++by_default;
  }
};

std::string in_words(const std::optional<Json>& value) { return value ? in_quotes(value->dump()) : "nothing"; }

bool has_item(const Json& options, std::string_view list, std::string_view item) {
  const Json* const items = member(options, list);
  return items != nullptr && items->is_array() && std::ranges::find(*items, Json(item)) != items->end();
}

/// Cases about a tool's own options: what it rejects, what it drops, what a schema makes of it.
bool is_about_options(const Json& given) {
  if (member(given, "schema") != nullptr) return true;
  if (const Json* const error = member(given, "error"); error != nullptr && *error == true) return true;
  const Json* const found = member(given, "options");
  if (found == nullptr) return false;
  // jiter drops a text that is cut off, or keeps it.
  if (text_at(*found, "partial_mode") == "on" && std::ranges::count(text_at(given, "input"), '"') % 2 != 0)
    return member(given, "every_prefix_is") == nullptr;
  return member(*found, "allow_partial") != nullptr && !has_item(*found, "allow_partial", "STR") &&
         text_at(given, "input").find('"') != std::string::npos;
}

Differences check_prefixes_of_kind(std::string_view text, const std::string& kind) {
  Differences differences;
  for (std::size_t size = 1; size < text.size(); ++size) {
    const std::optional<Json> value = value_of(text.substr(0, size), differences);
    if (!value || value->type_name() != kind)
      differences.push_back("after " + in_quotes(text.substr(0, size)) + " should be an " + kind + ", is " +
                            in_words(value));
  }
  return differences;
}

/// The distinct values while the chunks arrive, each as if the text ended there.
Differences check_sequence(const Json& chunks, const Json& expected) {
  Differences differences;
  std::string all;
  for (const Json& chunk : chunks) all += chunk.get<std::string>();
  const std::size_t begin = all.find_first_of("{[");
  Json values = Json::array();
  std::size_t size = 0;
  for (const Json& chunk : chunks) {
    size += chunk.get_ref<const std::string&>().size();
    if (size <= begin) continue;
    const std::optional<Json> value = value_of(std::string_view(all).substr(begin, size - begin), differences);
    if (value && (values.empty() || values.back() != *value)) values.push_back(*value);
  }
  if (values != expected) differences.push_back("the sequence should be " + expected.dump() + ", is " + values.dump());
  return differences;
}

Differences check_case(const Json& given) {
  if (const Json* const values = member(given, "expected_sequence")) {
    const Json* const chunks = member(given, "chunks");
    return chunks == nullptr ? Differences{"malformed: no chunks"} : check_sequence(*chunks, *values);
  }
  const std::string input = text_at(given, "input");
  if (const Json* const kind = member(given, "every_prefix_is"))
    return check_prefixes_of_kind(input, kind->get<std::string>());
  Differences differences;
  const std::optional<Json> value = value_of(from_value(input), differences);
  if (const Json* const none = member(given, "no_value"); none != nullptr && *none == true) {
    if (value) differences.push_back("should be nothing, is " + in_words(value));
    return differences;
  }
  const auto expected = given.find("expected");
  if (expected == given.end()) return {"malformed: nothing is expected"};
  // Where there are several values, it is not the mender that chooses.
  if (value != *expected && understood(input, any_cost) != *expected)
    differences.push_back("should be " + in_quotes(expected->dump()) + ", is " + in_words(value));
  return differences;
}

/// By id of the case: what is ours there.
std::map<std::string, Json> read_deviations() {
  std::map<std::string, Json> deviations;
  const std::optional<std::string> text = read_file(CONFORMANCE_KNOWN_DEVIATIONS);
  if (!text) throw std::runtime_error("cannot read " CONFORMANCE_KNOWN_DEVIATIONS);
  const std::expected<Json, std::string> rows = parse_json(*text);
  if (!rows) throw std::runtime_error(rows.error());
  for (const Json& row : *rows) {
    if (text_at(row, "why").empty()) throw std::runtime_error("a known deviation has no reason");
    deviations[text_at(row, "id")] = row;
  }
  return deviations;
}

void run_suite(const std::filesystem::path& file, std::map<std::string, Json>& deviations, Report& report) {
  const std::string stem = file.stem().string();
  const std::optional<std::string> text = read_file(file);
  Tally& tally = report.tally("mended JSON, " + stem);
  if (!text) return tally.add(stem, {"the file cannot be read"});
  const std::expected<Json, std::string> suite = parse_json(*text);
  const Json* const cases = suite ? member(*suite, "cases") : nullptr;
  if (cases == nullptr || !cases->is_array()) return tally.add(stem, {"malformed: no list of cases"});
  std::size_t left_out = 0;
  std::size_t deviating = 0;
  Agreement agreement;
  for (const Json& given : *cases) {
    if (is_about_options(given)) {
      ++left_out;
      continue;
    }
    agreement.add(given);
    const std::string id = text_at(given, "id");
    const auto deviation = deviations.find(id);
    if (deviation == deviations.end()) {
      tally.add(text_at(given, "name") + " " + id, check_case(given));
      continue;
    }
    ++deviating;
    Differences differences;
    if (check_case(given).empty()) differences.push_back("is listed as a deviation, and does not deviate");
    const std::optional<Json> value = value_of(from_value(text_at(given, "input")), differences);
    const auto ours = deviation->second.find("ours");
    if (ours == deviation->second.end() ? value.has_value() : value != *ours)
      differences.push_back("deviates in another way than is listed: " + in_words(value));
    tally.add(text_at(given, "name") + " " + id, differences);
    deviations.erase(deviation);
  }
  report.note("  (" + stem + ": " + std::to_string(left_out) + " cases about options of its own left out, " +
              std::to_string(deviating) + " deviate as listed; a caller gets what is expected in " +
              std::to_string(agreement.at_any_cost) + " of " + std::to_string(agreement.cases) + " cases, " +
              std::to_string(agreement.by_default) + " by default)");
}

Differences check_unchanged(std::string_view text) {
  Differences differences;
  for (std::uint32_t seed = 0; seed <= seeds; ++seed) {
    const Mended mended = mend(text, seed, seed % 2 == 0);
    if (mended.json != text) differences.push_back("JSON comes out as " + in_quotes(mended.json));
    if (!mended.repairs.empty()) differences.push_back("JSON is repaired: " + mended.repairs);
  }
  return differences;
}

void run_documents(const std::filesystem::path& data, Report& report) {
  Tally& parsing = report.tally("mended JSON, what is JSON");
  for (const std::filesystem::path& file : files_below(data / "suites/json-parsing", ".json")) {
    const std::string name = file.filename().string();
    const std::optional<std::string> text = read_file(file);
    if (text && name.starts_with("y_")) parsing.add(name, check_unchanged(*text));
  }
  Tally& instances = report.tally("mended JSON, instances of schemas");
  for (const std::filesystem::path& file : files_below(data / "suites/json-schema-test-suite/tests", ".json")) {
    const std::optional<std::string> text = read_file(file);
    if (!text) continue;
    instances.add(file.filename().string(), check_unchanged(*text));
    const std::expected<Json, std::string> groups = parse_json(*text);
    if (!groups) continue;
    for (const Json& group : *groups)
      for (const Json& test : group.at("tests"))
        instances.add(file.filename().string() + ", " + text_at(test, "description"),
                      check_unchanged(test.at("data").dump()));
  }
}

}  // namespace

void run_mended_json(const std::filesystem::path& data, Report& report) {
  std::map<std::string, Json> deviations = read_deviations();
  run_suite(data / "suites/json-repair/json_repair.json", deviations, report);
  for (const std::filesystem::path& file : files_below(data / "suites/partial-json", ".json"))
    run_suite(file, deviations, report);
  for (const auto& [id, row] : deviations)
    report.tally("mended JSON, known deviations").add(id, {"is listed, and there is no such case"});
  run_documents(data, report);
}

}  // namespace conformance
