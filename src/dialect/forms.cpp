// What a type is in a dialect, worked out once.

#include <memory>
#include <mutex>

#include <nlohmann/json.hpp>

#include "model/json_values.hpp"

#include "dialect/bundle.hpp"
#include "dialect/lower.hpp"
#include "dialect/type_text.hpp"
#include "instructor/detail/schema_writer.hpp"
#include "instructor/error.hpp"
#include "instructor/lowering.hpp"
#include "instructor/type_text.hpp"
#include "model/plan.hpp"
#include "model/schema_source.hpp"

namespace instructor {

namespace {

std::string line_of(const SchemaChange& change) {
  return (change.path.empty() ? "the answer" : change.path) + ": " + change.text;
}

std::string written(const TypeInfo& type) {
  detail::SchemaWriter counter;
  counter.write(type);
  if (counter.size() > detail::max_schema_size)
    throw Error(ErrorCode::unsupported_schema, "the schema of " + std::string(type.name) + " is larger than " +
                                                   std::to_string(detail::max_schema_size) + " bytes when written out");
  std::string text(counter.size(), '\0');
  detail::SchemaWriter writer(text.data());
  writer.write(type);
  return text;
}

LoweredSchema make_form(const TypeInfo& type, const Dialect& dialect) {
  LoweredSchema form;
  if (type.source == nullptr) {
    std::string text = written(type);
    if (!dialect.rows().empty()) return core::lower(Json::parse(text), dialect, true);
    form.schema = std::move(text);
    return form;
  }
  const SchemaSource& source = *type.source;
  if (!dialect.rows().empty()) {
    const Json whole = core::bundled(source.document, *source.remotes, form.changes);
    LoweredSchema lowered = core::lower(whole, dialect, false);
    lowered.changes.insert(lowered.changes.begin(), form.changes.begin(), form.changes.end());
    return lowered;
  }
  const Json whole =
      source.remotes->empty() ? source.document : core::bundled(source.document, *source.remotes, form.changes);
  form.schema = core::text_of(whole);
  return form;
}

}  // namespace

std::string LoweredSchema::why_not() const {
  if (refusals.empty()) return {};
  std::string text = line_of(refusals.front());
  if (refusals.size() > 1) text += "; and " + std::to_string(refusals.size() - 1) + " more";
  return text;
}

std::string LoweredSchema::report() const {
  std::string text;
  for (const SchemaChange& refusal : refusals) text += line_of(refusal) + " (refused)\n";
  for (const SchemaChange& change : changes) text += line_of(change) + '\n';
  return text;
}

const LoweredSchema& detail::lowered_schema(const TypeInfo& type, const Dialect& dialect) {
  return core::plan_of(type).forms.get(type, dialect, make_form);
}

const std::string& detail::type_text_of(const TypeInfo& type) {
  const core::Plan& plan = core::plan_of(type);
  std::call_once(plan.type_text_made, [&] {
    std::vector<SchemaChange> changes;
    const Json document = type.source == nullptr ? Json::parse(written(type))
                                                 : core::bundled(type.source->document, *type.source->remotes, changes);
    plan.type_text = core::type_text(document);
  });
  return plan.type_text;
}

const LoweredSchema& core::FormCache::get(const TypeInfo& type, const Dialect& dialect,
                                          LoweredSchema (*make)(const TypeInfo&, const Dialect&)) {
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_)
    if (entry.name == dialect.name() && entry.rows == dialect.rows().data()) return *entry.form;
  auto form = std::make_shared<const LoweredSchema>(make(type, dialect));
  return *entries_.emplace_back(Entry{dialect.name(), dialect.rows().data(), std::move(form)}).form;
}

}  // namespace instructor
