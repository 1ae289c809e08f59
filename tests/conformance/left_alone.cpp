#include "left_alone.hpp"

#include <nlohmann/json.hpp>

#include "instructor/tolerant.hpp"
#include "json/mender.hpp"
#include "model/align.hpp"
#include "model/plan.hpp"

namespace conformance {

namespace {

std::string fault_on_valid(const instructor::DynamicModel& model, const std::string& text) {
  instructor::json::Mender mender;
  std::string mended;
  mender.feed(text, mended);
  mender.finish(mended);
  if (mended != text || !mender.repairs().empty()) return "a valid text is mended: " + mender.repairs().text();
  const instructor::core::Alignment aligned =
      instructor::core::align(instructor::core::plan_of(model.type()), text, instructor::DecodeOptions());
  // Where nothing must come and all may, a key in another spelling is valid: it means a field all the same.
  for (const instructor::Repair& repair : aligned.repairs)
    if (repair.kind != instructor::RepairKind::key_spelling)
      return "a valid value is aligned: " + aligned.json + "\n" + aligned.repairs.text();
  const auto found = model.decode_tolerant(text);
  return found && found->repairs.empty() && found->json == text ? "" : "a valid text is repaired";
}

}  // namespace

std::string fault_of_repair(const instructor::DynamicModel& model, const std::string& text, bool valid) {
  if (valid) return fault_on_valid(model, text);
  const auto found = model.decode_tolerant(text);
  if (!found) return {};
  if (found->repairs.empty()) return "a value comes of an invalid text, without a repair";
  return model.decode(found->json) ? "" : "what it was repaired to is not valid: " + found->json;
}

}  // namespace conformance
