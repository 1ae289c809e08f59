// suites/schema-guided: what a value of a type is meant to be, in texts of all kinds.

#include <exception>
#include <optional>
#include <string>

#include "data.hpp"
#include "instructor/dynamic.hpp"
#include "instructor/tolerant.hpp"
#include "json/mender.hpp"
#include "model/candidates.hpp"
#include "model/decode.hpp"
#include "model/plan.hpp"
#include "section.hpp"

namespace conformance {

namespace {

using instructor::DynamicModel;

/// The suite takes what is cut off; we ask for it again, unless we are told not to.
const instructor::RepairPolicy policy(instructor::RepairLevel::full, 2 * instructor::RepairPolicy::default_max_cost);

/// The suite shows null for what is not there; we leave it out.
void drop_nothing(Json& value) {
  if (value.is_object())
    for (auto member = value.begin(); member != value.end();) {
      const bool nothing = member->is_null() || (member->is_array() && member->empty());
      member = nothing ? value.erase(member) : std::next(member);
    }
  if (value.is_structured())
    for (Json& inner : value) drop_nothing(inner);
}

std::string in_words(Json value) {
  drop_nothing(value);
  return value.dump();
}

/// Numbers as numbers: 1 is 1.0.
bool same(Json one, Json other) {
  drop_nothing(one);
  drop_nothing(other);
  return nlohmann::json(one) == nlohmann::json(other);
}

/// What is shown of the beginning of a document; nothing when it is none.
std::optional<Json> shown_of(const DynamicModel& model, std::string_view text) {
  instructor::Json value;
  const instructor::DecodeOptions options;
  instructor::core::Decoder decoder(instructor::core::plan_of(model.type()), &value, options,
                                    instructor::core::DecodeUse::live);
  if (!decoder.feed(text)) return std::nullopt;
  return Json(value);
}

/// What a stream shows when this is all that has come of it so far: as it is, or else mended.
Json shown_so_far(const DynamicModel& model, std::string_view text) {
  const auto candidates = instructor::core::find_candidates(text).values;
  if (candidates.empty()) return nullptr;
  if (const std::optional<Json> shown = shown_of(model, candidates.front().text)) return *shown;
  instructor::json::Mender mender;
  std::string mended;
  mender.feed(candidates.front().text, mended);
  return shown_of(model, mended).value_or(nullptr);
}

Differences judge(const Json& each) {
  const DynamicModel model = DynamicModel::from_json_schema(each.at("schema"));
  const std::string input = text_at(each, "input");
  const Json* const options = member(each, "options");
  if (options != nullptr && options->value("partial", false)) {
    const Json shown = shown_so_far(model, input);
    if (same(shown, each.at("expected"))) return {};
    return {"should show " + in_quotes(in_words(each.at("expected"))) + ", not " + in_quotes(in_words(shown))};
  }
  const auto found = model.decode_tolerant(input, policy);
  if (each.value("error", false)) {
    if (!found) return {};
    return {"should not be understood, but is " + in_quotes(found->value.dump())};
  }
  const std::string expected = in_words(each.at("expected"));
  if (!found) return {"should be " + in_quotes(expected) + ": " + found.error().text()};
  if (same(Json(found->value), each.at("expected"))) return {};
  return {"should be " + in_quotes(expected) + ", not " + in_quotes(in_words(found->value))};
}

}  // namespace

void run_understood_values(const std::filesystem::path& data, Report& report) {
  for (const std::filesystem::path& file : files_below(data / "suites/schema-guided", ".json")) {
    Tally& tally = report.tally(file.stem().string());
    const std::expected<Json, std::string> suite = parse_json(read_file(file).value_or(std::string()));
    if (!suite) {
      tally.add(file.filename().string(), {suite.error()});
      continue;
    }
    for (const Json& each : suite->at("cases")) {
      Differences differences;
      try {
        differences = judge(each);
      } catch (const std::exception& error) {
        differences.push_back(error.what());
      }
      tally.add(text_at(each, "id") + " " + text_at(each, "name"), differences);
    }
  }
}

}  // namespace conformance
