#include "instructor/dynamic.hpp"

#include <iterator>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/client.hpp"
#include "instructor/codec.hpp"
#include "instructor/error.hpp"
#include "instructor/lowering.hpp"
#include "instructor/stream.hpp"
#include "instructor/type_text.hpp"
#include "jsonschema/schema.hpp"
#include "model/plan.hpp"
#include "model/schema_reader.hpp"
#include "model/schema_source.hpp"

namespace instructor {

struct DynamicModel::Tables {
  core::TableStore store;
  const TypeInfo* root = nullptr;
  const TypeInfo* asked = nullptr;           ///< the root, or where that is no object, an object around it
  std::optional<jsonschema::Schema> schema;  ///< where the table does not say all
  std::map<std::string, Json> remotes;
  SchemaSource root_source;
  SchemaSource asked_source;
  WholeCheck root_check;
  WholeCheck content_check;

  /// What the table does not say is checked when the value is whole, and told to the model in the schema's own words.
  void add_schema(const Json& document, const SchemaOptions& options) {
    if (!store.needs_check) return;
    for (const auto& [uri, text] : options.remotes()) {
      std::expected<Json, Issues> remote = instructor::decode<Json>(text);
      if (!remote)
        throw Error(ErrorCode::invalid_model, "the document " + uri + " is not JSON: " + remote.error()[0].text());
      remotes.emplace(uri, *std::move(remote));
    }
    jsonschema::SchemaOptions reading;
    reading.check_formats = options.formats_checked();
    reading.remotes = remotes;
    schema.emplace(document, reading);
    root_check = {[](const void* context, void* value, bool null_is_absent, Issues& issues) {
                    validate(*static_cast<const jsonschema::Schema*>(context), *static_cast<Json*>(value),
                             null_is_absent, issues);
                  },
                  &*schema};
    content_check = {[](const void* context, void* value, bool null_is_absent, Issues& issues) {
                       Issues found;
                       validate(*static_cast<const jsonschema::Schema*>(context),
                                static_cast<Json*>(value)->at("content"), null_is_absent, found);
                       issues.add(found, "/content");
                     },
                     &*schema};
    root_source = {document, &remotes};
    check(*root, root_check, store.says_more ? &root_source : nullptr);
  }

  /// In a dialect where every property must come, null stands for one that is left out; where the schema does not take
  /// it, it is none.
  static void validate(const jsonschema::Schema& schema, Json& value, bool null_is_absent, Issues& issues) {
    while (true) {
      Issues found;
      schema.validate(value, found);
      bool erased = false;
      if (null_is_absent)
        for (const Issue& issue : found) erased = erase_null(value, issue.path) || erased;
      if (erased) continue;
      // It may take null, and mind that the property is there: to count it, or to want another one beside it.
      Json without = value;
      if (null_is_absent && !found.empty() && erase_nulls(without) && schema.is_valid(without))
        value = std::move(without);
      else
        issues.add(found, "");
      return;
    }
  }

  static bool erase_nulls(Json& value) {
    bool erased = false;
    std::vector<Json*> open{&value};
    while (!open.empty()) {
      Json& part = *open.back();
      open.pop_back();
      for (auto member = part.begin(); part.is_object() && member != part.end();) {
        const bool null = member->is_null();
        member = null ? part.erase(member) : std::next(member);
        erased = erased || null;
      }
      for (Json& inner : part)
        if (inner.is_structured()) open.push_back(&inner);
    }
    return erased;
  }

  static bool erase_null(Json& value, const std::string& path) {
    if (path.empty()) return false;
    const Json::json_pointer pointer(path);
    const Json::json_pointer above = pointer.parent_pointer();
    if (!value.contains(pointer) || !value.at(pointer).is_null() || !value.at(above).is_object()) return false;
    value.at(above).erase(pointer.back());
    return true;
  }

  /// Tables are constants to all but those who make them.
  void check(const TypeInfo& info, const WholeCheck& whole, const SchemaSource* source) {
    for (TypeInfo& own : store.types) {
      if (&own != &info) continue;
      own.whole_check = &whole;
      own.source = source;
      return;
    }
  }

  /// Providers take no choice as the outermost schema.
  bool is_choice(const Json& document) const {
    return store.says_more && document.is_object() && (document.contains("anyOf") || document.contains("oneOf"));
  }

  void make_asked(const Json& document) {
    const TypeInfo& inner = without_rest(*root);
    asked = &inner;
    if (inner.kind == Kind::object && !is_choice(document)) {
      if (schema && &inner != root) check(inner, root_check, root->source);
      return;
    }
    Annotation& annotation = store.annotations.emplace_back();
    annotation.presence = Presence::required;
    auto& fields = store.fields.emplace_back();
    fields.push_back(FieldInfo{"content", "content", TypeRef(root), &annotation});
    TypeInfo& info = store.types.emplace_back();
    info.kind = Kind::object;
    info.storage = Storage::json;
    info.name = store.name;
    info.description = "The answer.";
    info.fields = fields;
    info.plan = &store.plans.emplace_back();
    asked = &info;
    if (!schema) return;
    if (store.says_more) asked_source = {with_content(document), &remotes};
    check(info, content_check, store.says_more ? &asked_source : nullptr);
  }

  /// The schema of an object around the value. References within the document keep their targets.
  static Json with_content(const Json& document) {
    Json inner = document;
    if (inner.is_object() && !inner.contains("$id")) move_references(inner);
    Json whole;
    whole["type"] = "object";
    whole["properties"]["content"] = std::move(inner);
    whole["required"] = Json::array({"content"});
    return whole;
  }

  static void move_references(Json& document) {
    std::vector<Json*> open{&document};
    while (!open.empty()) {
      Json& part = *open.back();
      open.pop_back();
      if (part.is_object()) {
        const auto reference = part.find("$ref");
        if (reference != part.end() && reference->is_string() &&
            (*reference == "#" || reference->get_ref<const std::string&>().starts_with("#/")))
          *reference = "#/properties/content" + reference->get<std::string>().substr(1);
      }
      for (Json& inner : part)
        if (inner.is_structured()) open.push_back(&inner);
    }
  }
};

DynamicModel::DynamicModel(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}

DynamicModel DynamicModel::from_json(const Json& schema, const SchemaOptions& options) {
  auto tables = std::make_shared<Tables>();
  tables->root = &core::read_schema(schema, options.name(), options.formats_checked(), tables->store);
  tables->add_schema(schema, options);
  tables->make_asked(schema);
  core::plan_of(*tables->asked);  // patterns are compiled now, not in the first call
  return DynamicModel(std::move(tables));
}

DynamicModel DynamicModel::from_json_schema(std::string_view json_text, const SchemaOptions& options) {
  const std::expected<Json, Issues> schema = instructor::decode<Json>(json_text);
  if (!schema) throw Error(ErrorCode::invalid_model, "the schema is not JSON: " + (*schema.error().begin()).text());
  return from_json(*schema, options);
}

std::expected<Json, Issues> DynamicModel::decode(std::string_view json_text, const DecodeOptions& options) const {
  std::expected<Json, Issues> result{std::in_place};
  Issues issues;
  if (!detail::decode_value(*tables_->root, &*result, json_text, options, issues))
    result = std::unexpected(std::move(issues));
  return result;
}

std::expected<Repaired<Json>, Issues> DynamicModel::decode_tolerant(std::string_view text, const RepairPolicy& policy,
                                                                    const DecodeOptions& options) const {
  detail::RepairedText found = detail::decode_repairing(
      *tables_->root, []() -> void* { return new Json(); }, [](void* value) { delete static_cast<Json*>(value); }, text,
      policy, options);
  if (found.value == nullptr) return std::unexpected(std::move(found.issues));
  return Repaired<Json>{std::move(*static_cast<Json*>(found.value.get())), std::move(found.json),
                        std::move(found.repairs), std::move(found.warnings)};
}

const std::string& DynamicModel::schema() const {
  return detail::lowered_schema(*tables_->root, dialect::json_schema).schema;
}

const std::string& DynamicModel::type_text() const { return detail::type_text_of(*tables_->root); }

const LoweredSchema& DynamicModel::lowered(const Dialect& dialect) const {
  return detail::lowered_schema(*tables_->asked, dialect);
}

std::string_view DynamicModel::name() const { return tables_->store.name; }

const TypeInfo& DynamicModel::type() const { return *tables_->root; }

const TypeInfo& DynamicModel::asked_type() const { return *tables_->asked; }

// ---- client calls ------------------------------------------------------------------------------------------------

namespace {

detail::ValueMaker maker_for(const DynamicModel& model) {
  return {&model.asked_type(), []() -> void* { return new Json(); },
          [](void* value) { delete static_cast<Json*>(value); }, &model.asked_type() != &model.type()};
}

Json taken(const detail::AnyValue& any, const DynamicModel& model) {
  auto& value = *static_cast<Json*>(any.get());
  return std::move(&model.asked_type() == &model.type() ? value : value["content"]);
}

}  // namespace

Json Client::create(const DynamicModel& model, const Request& request) const {
  return taken(run(maker_for(model), request, nullptr), model);
}

std::pair<Json, Completion> Client::create_with_completion(const DynamicModel& model, const Request& request) const {
  Completion completion;
  Json value = taken(run(maker_for(model), request, &completion), model);
  return {std::move(value), std::move(completion)};
}

JsonStream Client::create_partial(const DynamicModel& model, Request request) const {
  return JsonStream(*this, model, std::move(request));
}

// ---- streams -----------------------------------------------------------------------------------------------------

struct JsonStream::State {
  State(const Client& client, DynamicModel asked, Request request)
      : model(std::move(asked)),
        core(client, maker_for(model), std::move(request)),
        wrapped(&model.asked_type() != &model.type()) {}

  DynamicModel model;  // its tables live as long as the stream
  detail::StreamCore core;
  bool wrapped;
  std::optional<Partial<Json>> view;
};

JsonStream::JsonStream(const Client& client, const DynamicModel& model, Request request)
    : state_(std::make_unique<State>(client, model, std::move(request))) {}
JsonStream::JsonStream(JsonStream&&) noexcept = default;
JsonStream& JsonStream::operator=(JsonStream&&) noexcept = default;
JsonStream::~JsonStream() = default;

const Partial<Json>* JsonStream::next() {
  static const Json nothing;
  if (!state_->core.advance_view()) return nullptr;
  const detail::LivePlace place = state_->wrapped ? state_->core.place_inside() : state_->core.place();
  return &state_->view.emplace(place, place.address == nullptr ? &nothing : static_cast<const Json*>(place.address));
}

Json JsonStream::result() {
  while (state_->core.advance()) {
  }
  Json& value = *static_cast<Json*>(state_->core.value());
  return std::move(state_->wrapped ? value["content"] : value);
}

void JsonStream::listen(std::unique_ptr<ChangeListener> listener, Coalesce coalesce) {
  state_->core.listen(std::move(listener), coalesce);
}

bool JsonStream::restarted() const { return state_->core.restarted(); }
int JsonStream::attempt() const { return state_->core.attempt(); }
const Completion& JsonStream::completion() const { return state_->core.completion(); }

}  // namespace instructor
