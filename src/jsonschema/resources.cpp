#include "jsonschema/resources.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include "json/text.hpp"
#include "jsonschema/metaschemas.hpp"
#include "jsonschema/uri.hpp"
#include "model/schema_questions.hpp"

namespace instructor::jsonschema {

namespace {

const std::string* text_member(const Json& object, std::string_view name) {
  const Json* const value = core::find_keyword(object, name);
  return value != nullptr && value->is_string() ? &value->get_ref<const std::string&>() : nullptr;
}

constexpr std::size_t max_depth = 500;

/// Deep documents are refused before anything walks them.
bool is_too_deep(const Json& document) {
  std::vector<std::pair<const Json*, std::size_t>> open{{&document, 0}};
  while (!open.empty()) {
    const auto [value, depth] = open.back();
    open.pop_back();
    if (depth > max_depth) return true;
    if (value->is_structured())
      for (const Json& inner : *value)
        if (inner.is_structured()) open.emplace_back(&inner, depth + 1);
  }
  return false;
}

/// Only its name makes a fragment an anchor; `#` and pointers are none.
bool is_anchor(std::string_view fragment) { return !fragment.empty() && fragment.front() != '/'; }

}  // namespace

std::string below(const std::string& pointer, std::string_view step) {
  // Hostile keys would make the pointers of everything inside them as long.
  constexpr std::size_t longest = 600;
  constexpr std::string_view cut = "/...";
  if (pointer.ends_with(cut)) return pointer;
  if (pointer.size() + step.size() > longest) return pointer + std::string(cut);
  return core::below(pointer, step);
}

std::string below(const std::string& pointer, std::size_t step) { return below(pointer, std::to_string(step)); }

Resources::Resources(const Json& document, const SchemaOptions& options) : options_(options) {
  Dialect dialect;
  dialect.draft = options.draft != Draft::automatic ? options.draft : options.default_draft;
  add_document({}, document, dialect);
}

Place Resources::inside(const Place& outer, const Json& schema, std::string pointer) const {
  const auto begins = by_root_.find(&schema);
  return {&schema, begins == by_root_.end() ? outer.resource : begins->second, std::move(pointer)};
}

Dialect Resources::described_by(const Json& metaschema, const std::string& pointer) const {
  Dialect dialect;
  if (const std::string* const own = text_member(metaschema, "$schema")) {
    const Draft draft = draft_of(split_fragment(*own).resource);
    if (draft != Draft::automatic) dialect.draft = draft;
  }
  const Json* const vocabularies = core::find_keyword(metaschema, "$vocabulary");
  if (vocabularies == nullptr || !vocabularies->is_object()) return dialect;
  dialect.applicator = dialect.unevaluated = dialect.validation = false;
  for (const auto& [uri, required] : vocabularies->items()) {
    const std::string_view name(uri);
    const bool older = name.starts_with("https://json-schema.org/draft/2019-09/vocab/");
    const std::string_view last = name.substr(name.rfind('/') + 1);
    const bool known = older || name.starts_with("https://json-schema.org/draft/2020-12/vocab/");
    if (older) dialect.draft = Draft::draft2019_09;
    if (known && last == "applicator") {
      dialect.applicator = true;
      if (older) dialect.unevaluated = true;
    } else if (known && last == "unevaluated") {
      dialect.unevaluated = true;
    } else if (known && last == "validation") {
      dialect.validation = true;
    } else if (known && last == "format-assertion") {
      dialect.asserts_format = true;
    } else if (!known && required.is_boolean() && required.get<bool>()) {
      refuse(below(pointer, "$schema"), "the vocabulary " + uri + " is not known, and the metaschema requires it");
    }
  }
  return dialect;
}

Dialect Resources::dialect_for(const Json& schema, const Dialect& inherited, const std::string& pointer) {
  if (options_.draft != Draft::automatic) return inherited;
  const std::string* const given = text_member(schema, "$schema");
  if (given == nullptr) return inherited;
  const std::string uri(split_fragment(*given).resource);
  if (const Draft draft = draft_of(uri); draft != Draft::automatic) {
    Dialect dialect;
    dialect.draft = draft;
    return dialect;
  }
  const auto known = by_uri_.find(uri);
  const Json* const metaschema = known != by_uri_.end() ? resources_[known->second].root.schema : document_of(uri);
  if (metaschema == nullptr)
    refuse(below(pointer, "$schema"), "the metaschema " + shown(Json(*given)) + " is not known and was not given");
  return described_by(*metaschema, pointer);
}

const Json* Resources::document_of(const std::string& uri) {
  if (const auto given = options_.remotes.find(uri); given != options_.remotes.end()) return &given->second;
  std::optional<Json> metaschema = known_metaschema(uri);
  return metaschema ? &metaschemas_.emplace_back(std::move(*metaschema)) : nullptr;
}

std::uint32_t Resources::begin_resource(const Json& schema, const std::string& uri, const Dialect& dialect,
                                        std::string pointer) {
  const auto index = static_cast<std::uint32_t>(resources_.size());
  resources_.push_back({uri, {&schema, index, std::move(pointer)}, dialect});
  by_root_.emplace(&schema, index);
  by_uri_.emplace(uri, index);
  return index;
}

std::uint32_t Resources::add_document(const std::string& uri, const Json& document, const Dialect& inherited) {
  const std::string pointer = resources_.empty() ? std::string() : uri + "#";
  if (is_too_deep(document)) refuse(pointer, "nested too deeply");
  const Dialect dialect = dialect_for(document, inherited, pointer);
  std::string own = uri;
  if (const std::string* id = text_member(document, dialect.id_keyword());
      id != nullptr && !(dialect.ref_stands_alone() && core::find_keyword(document, "$ref") != nullptr))
    own = resolve_uri(uri, split_fragment(*id).resource);
  const std::uint32_t index = begin_resource(document, own, dialect, pointer);
  by_uri_.emplace(uri, index);
  scan(resources_[index].root);
  return index;
}

void Resources::scan(const Place& root) {
  std::deque<Place> queue{root};
  while (!queue.empty()) {
    Place place = std::move(queue.front());
    queue.pop_front();
    if (!place.schema->is_object()) continue;
    const Json& schema = *place.schema;
    const Dialect inherited = resources_[place.resource].dialect;
    const bool only_ref = inherited.ref_stands_alone() && core::find_keyword(schema, "$ref") != nullptr;
    const std::string* id = only_ref ? nullptr : text_member(schema, inherited.id_keyword());
    // A metaschema of its own only counts where a resource begins, and may itself say how its `$id` is spelt.
    const SplitUri split = id != nullptr ? split_fragment(*id) : SplitUri{};
    if (id != nullptr && !split.resource.empty() && place.schema != resources_[place.resource].root.schema) {
      const Dialect dialect = dialect_for(schema, inherited, place.pointer);
      place.resource =
          begin_resource(schema, resolve_uri(resources_[place.resource].uri, split.resource), dialect, place.pointer);
    }
    const Dialect dialect = resources_[place.resource].dialect;
    if (id != nullptr && split.fragment && is_anchor(*split.fragment)) {
      if (!dialect.ref_stands_alone()) refuse(below(place.pointer, "$id"), "expected a URI without fragment");
      resources_[place.resource].anchors.emplace(*split.fragment, place);
    }
    for (const auto& [name, value] : schema.items())
      if (const KeywordRow* row = find_keyword(name, dialect)) scan_keyword(*row, value, place, queue);
  }
}

void Resources::name_place(const Place& place, const Json& name, Keyword keyword) {
  if (!name.is_string())
    refuse(below(place.pointer, keyword == Keyword::anchor ? "$anchor" : "$dynamicAnchor"),
           "expected string, got " + shown(name));
  Resource& resource = resources_[place.resource];
  resource.anchors.emplace(name.get_ref<const std::string&>(), place);
  if (keyword == Keyword::dynamic_anchor) resource.dynamic_anchors.emplace(name.get_ref<const std::string&>(), place);
}

void Resources::scan_keyword(const KeywordRow& row, const Json& value, const Place& place, std::deque<Place>& queue) {
  if (row.keyword == Keyword::anchor || row.keyword == Keyword::dynamic_anchor)
    return name_place(place, value, row.keyword);
  if (row.holds == Holds::no_schema) return;
  const std::string pointer = below(place.pointer, row.name);
  if (row.holds == Holds::schema || (row.holds == Holds::schema_or_list && !value.is_array())) {
    queue.push_back({&value, place.resource, pointer});
  } else if (value.is_array() && (row.holds == Holds::list || row.holds == Holds::schema_or_list)) {
    for (std::size_t i = 0; i < value.size(); ++i) queue.push_back({&value[i], place.resource, below(pointer, i)});
  } else if (value.is_object() && (row.holds == Holds::by_name || row.holds == Holds::schema_or_names)) {
    for (const auto& [name, schema] : value.items()) queue.push_back({&schema, place.resource, below(pointer, name)});
  }
}

Place Resources::find(std::string_view reference, std::uint32_t resource, const std::string& pointer) {
  const std::string target = resolve_uri(resources_[resource].uri, reference);
  const SplitUri split = split_fragment(target);
  auto found = by_uri_.find(split.resource);
  if (found == by_uri_.end()) {
    const std::string uri(split.resource);
    const Json* const document = document_of(uri);
    if (document == nullptr) refuse(pointer, "the document " + shown(Json(uri)) + " was not given");
    // A document that says nothing of its draft is read as the one that refers to it.
    Dialect inherited;
    inherited.draft = resources_[resource].dialect.draft;
    add_document(uri, *document, inherited);
    found = by_uri_.find(split.resource);
  }
  Place root = resources_[found->second].root;
  const std::string fragment = percent_decoded(split.fragment.value_or(std::string_view{}));
  if (fragment.empty()) return root;
  if (fragment.front() == '/') return follow(root, fragment, reference, pointer);
  const Resource& named = resources_[root.resource];
  const auto anchor = named.anchors.find(fragment);
  if (anchor == named.anchors.end()) refuse(pointer, "there is nothing at " + shown(Json(reference)));
  return anchor->second;
}

const Json* Resources::indexed_member(const Json& object, std::string_view name) {
  constexpr std::size_t few = 32;
  if (!object.is_object() || object.size() <= few) return core::find_keyword(object, name);
  auto& index = members_[&object];
  if (index.empty())
    for (const auto& [key, value] : object.get_ref<const Json::object_t&>()) index.emplace(key, &value);
  const auto found = index.find(name);
  return found == index.end() ? nullptr : found->second;
}

Place Resources::follow(const Place& root, std::string_view json_pointer, std::string_view reference,
                        const std::string& pointer) {
  Place place = root;
  while (!json_pointer.empty()) {
    const std::string step = json::take_segment(json_pointer);
    const Json* next = nullptr;
    if (place.schema->is_array()) {
      std::size_t index = 0;
      const auto [last, error] = std::from_chars(step.data(), step.data() + step.size(), index);
      if (error == std::errc() && last == step.data() + step.size() && index < place.schema->size())
        next = &(*place.schema)[index];
    } else {
      next = indexed_member(*place.schema, step);
    }
    if (next == nullptr) refuse(pointer, "there is nothing at " + shown(Json(reference)));
    place = inside(place, *next, below(place.pointer, step));
  }
  return place;
}

}  // namespace instructor::jsonschema
