#include "dialect/limits.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "json/text.hpp"

namespace instructor::core {

namespace {

class Counter {
 public:
  Counter(const Json& whole, const Dialect& dialect, std::vector<SchemaChange>& refusals)
      : whole_(whole), dialect_(dialect), refusals_(refusals) {}

  void run() { schema(whole_, 0, true); }

 private:
  struct Limit {
    SchemaRule rule;
    std::string_view what;
    std::size_t count = 0;
    bool exceeded = false;
  };

  void add(SchemaRule rule, std::size_t more) {
    const auto counter = std::ranges::find(limits_, rule, &Limit::rule);
    counter->count += more;
    const std::size_t most = dialect_.limit(rule);
    if (most == 0 || counter->count <= most || counter->exceeded) return;
    counter->exceeded = true;
    refuse(rule, "here there are more than " + std::to_string(most) + " " + std::string(counter->what));
  }

  void refuse(SchemaRule rule, std::string text) {
    refusals_.push_back({path_, rule, Handling::refused, std::move(text)});
  }

  void inside(std::string_view segment, const Json& inner, std::size_t depth, bool counts) {
    const std::size_t size = path_.size();
    json::append_pointer(path_, segment);
    schema(inner, depth, counts);
    path_.resize(size);
  }

  /// Counted once wherever it is used; looked at again only further down.
  void definition(const std::string& reference, std::size_t depth, bool counts) {
    const std::string name = reference.substr(reference.rfind('/') + 1);
    const auto definitions = whole_.find("$defs");
    if (definitions == whole_.end() || !definitions->contains(name)) return;
    const auto [seen, is_new] = depths_.try_emplace(name, depth);
    if (!is_new && (dialect_.limit(SchemaRule::depth) == 0 || depth <= seen->second || open_[name] != 0)) return;
    seen->second = depth;
    if (counts && is_new) add(SchemaRule::name_characters, name.size());
    ++open_[name];
    schema(definitions->at(name), depth, counts && is_new);
    --open_[name];
  }

  void schema(const Json& schema, std::size_t depth, bool counts) {
    if (!schema.is_object()) return;
    if (const auto reference = schema.find("$ref"); reference != schema.end() && reference->is_string())
      definition(reference->get<std::string>(), depth, counts);
    const auto type = schema.find("type");
    const bool several = type != schema.end() && type->is_array() && type->size() > 1;
    if (counts && (several || schema.contains("anyOf"))) add(SchemaRule::unions, 1);
    if (const auto values = schema.find("enum"); counts && values != schema.end()) {
      add(SchemaRule::enum_values, values->size());
      for (const Json& one : *values)
        add(SchemaRule::name_characters,
            one.is_string() ? one.get_ref<const std::string&>().size() : one.dump().size());
    }
    if (const auto constant = schema.find("const"); counts && constant != schema.end())
      add(SchemaRule::name_characters, constant->dump().size());
    if (const auto list = schema.find("properties"); list != schema.end()) properties(schema, *list, depth + 1, counts);
    if (const auto other = schema.find("additionalProperties"); other != schema.end())
      inside("*", *other, depth, counts);
    if (const auto items = schema.find("items"); items != schema.end()) inside("*", *items, depth, counts);
    if (const auto prefix = schema.find("prefixItems"); prefix != schema.end())
      for (std::size_t i = 0; i < prefix->size(); ++i) inside(std::to_string(i), (*prefix)[i], depth, counts);
    if (const auto list = schema.find("anyOf"); list != schema.end())
      for (const Json& one : *list) this->schema(one, depth, counts);
  }

  void properties(const Json& object, const Json& list, std::size_t depth, bool counts) {
    const std::size_t deepest = dialect_.limit(SchemaRule::depth);
    if (deepest != 0 && depth > deepest) {
      if (!std::exchange(too_deep_, true))
        refuse(SchemaRule::depth, "nested deeper than " + std::to_string(deepest) + " levels");
      return;
    }
    const auto required = object.find("required");
    for (const auto& [key, property] : list.items()) {
      const std::size_t size = path_.size();
      json::append_pointer(path_, key);
      if (counts) {
        add(SchemaRule::properties, 1);
        add(SchemaRule::name_characters, key.size());
        if (required == object.end() || std::ranges::find(*required, Json(key)) == required->end())
          add(SchemaRule::optional_properties, 1);
      }
      schema(property, depth, counts);
      path_.resize(size);
    }
  }

  const Json& whole_;
  const Dialect& dialect_;
  std::vector<SchemaChange>& refusals_;
  std::string path_;
  std::map<std::string, std::size_t> depths_;  // of definitions: how far down they were seen
  std::map<std::string, int> open_;
  bool too_deep_ = false;
  std::array<Limit, 5> limits_{Limit{SchemaRule::optional_properties, "properties that may be left out"},
                               Limit{SchemaRule::enum_values, "values of enums"}, Limit{SchemaRule::unions, "unions"},
                               Limit{SchemaRule::properties, "properties"},
                               Limit{SchemaRule::name_characters, "characters of names and values"}};
};

}  // namespace

void check_limits(const Json& schema, const Dialect& dialect, std::vector<SchemaChange>& refusals) {
  Counter(schema, dialect, refusals).run();
}

}  // namespace instructor::core
