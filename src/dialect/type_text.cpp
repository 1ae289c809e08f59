#include "dialect/type_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "dialect/type_notes.hpp"
#include "model/json_values.hpp"
#include "model/schema_questions.hpp"

namespace instructor::core {

namespace {

constexpr std::size_t deepest_text = 64;  // what is deeper is written as JSON
constexpr std::size_t max_width = 60;     // of an object on one line

/// A type in writing.
struct Part {
  enum class Binding : std::uint8_t { tight, both, either };  // a name or braces; A & B; A | B

  std::string text;
  std::vector<std::string> notes{};
  Binding binding = Binding::tight;
  bool is_null = false;

  bool has_lines() const { return text.find('\n') != std::string::npos; }
};

std::string within(Part part, Part::Binding binding) {
  return part.binding > binding ? "(" + std::move(part.text) + ")" : std::move(part.text);
}

/// `a "note" */ b` would end the comment it stands in.
std::string commented(const Part& part) {
  if (part.notes.empty()) return {};
  std::string words = joined_notes(part.notes);
  for (std::size_t at = words.find("*/"); at != std::string::npos; at = words.find("*/", at + 3))
    words.insert(at + 1, " ");
  return " /* " + words + " */";
}

bool has_any(const Json& schema, std::initializer_list<const char*> keywords) {
  return std::ranges::any_of(keywords, [&](const char* keyword) { return schema.contains(keyword); });
}

const Json* find_object(const Json& schema, std::string_view keyword) {
  const Json* const found = find_keyword(schema, keyword);
  return found != nullptr && found->is_object() ? found : nullptr;
}

const Json* find_list(const Json& schema, std::string_view keyword) {
  const Json* const found = find_keyword(schema, keyword);
  return found != nullptr && found->is_array() ? found : nullptr;
}

bool is_identifier(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'; };
  return !text.empty() && letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

class TypeTextWriter {
 public:
  TypeTextWriter(const Json& document, bool all_closed) : document_(document), all_closed_(all_closed) {}

  std::string run() {
    std::string text;
    if (all_closed_) text = "// objects have no other keys than these\n\n";
    const Json* const definitions = document_.is_object() ? find_object(document_, "$defs") : nullptr;
    std::string_view root;
    if (definitions != nullptr) {
      for (const auto& [name, schema] : definitions->items()) {
        if (root.empty() && is_root(schema)) root = name;
        const Part part = type(schema, 0, name);
        text += above(part, 0) + "type " + name + " = " + part.text + "\n\n";
      }
    }
    if (!root.empty()) return text + std::string(root);
    const Part part = type(document_, 0, {});
    return text + above(part, 0) + part.text;
  }

  /// Are there several objects, all of which have the listed keys alone?
  bool may_say_once() const { return closed_ > 1 && open_ == 0; }

 private:
  /// What refers to the root refers to a copy among the definitions.
  bool is_root(const Json& schema) const {
    if (!schema.is_object() || schema.size() + 1 != document_.size()) return false;
    return std::ranges::all_of(schema.items(), [&](const auto& member) {
      const auto own = document_.find(member.key());
      return own != document_.end() && *own == member.value();
    });
  }

  static std::string above(const Part& part, std::size_t indent) {
    return part.notes.empty() ? std::string() : "// " + joined_notes(part.notes) + "\n" + std::string(indent, ' ');
  }

  /// `indent`: of the line that the type begins on; `name`: what the value is called.
  Part type(const Json& schema, std::size_t indent, std::string_view name) {
    if (schema.is_boolean()) return {schema.get<bool>() ? "any" : "never"};
    if (!schema.is_object() || depth_ >= deepest_text) return {"any", {"fits this JSON Schema: " + text_of(schema)}};
    ++depth_;
    Part part = structure(schema, indent);
    --depth_;
    std::vector<std::string> notes = type_notes(schema, name);
    // A description may stand beside a union as well as inside of it.
    if (!notes.empty()) std::erase(part.notes, notes.front());
    std::ranges::move(part.notes, std::back_inserter(notes));
    part.notes = std::move(notes);
    return part;
  }

  /// All that the notation has signs for.
  Part structure(const Json& schema, std::size_t indent) {
    std::vector<Part> parts;
    if (has_own(schema)) parts.push_back(own(schema, indent));
    if (const Json* const reference = find_keyword(schema, "$ref")) parts.push_back(named(*reference));
    if (const Json* const list = find_list(schema, "anyOf")) parts.push_back(either(*list, indent));
    if (const Json* const list = find_list(schema, "oneOf")) {
      Part part = either(*list, indent);
      if (list->size() > 1) part.notes.emplace_back("fits exactly one of these");
      parts.push_back(std::move(part));
    }
    if (const Json* const list = find_list(schema, "allOf"))
      for (const Json& each : *list) parts.push_back(type(each, indent, {}));
    return both(std::move(parts));
  }

  static bool has_own(const Json& schema) {
    return has_any(schema, {"type", "enum", "const", "properties", "required", "additionalProperties",
                            "patternProperties", "propertyNames", "items", "prefixItems"});
  }

  static Part named(const Json& reference) {
    constexpr std::string_view place = "#/$defs/";
    if (!reference.is_string() || !reference.get_ref<const std::string&>().starts_with(place))
      return {"any", {"$ref: " + text_of(reference)}};
    std::string name = reference.get<std::string>().substr(place.size());
    for (const auto& [escape, sign] : {std::pair("~1", "/"), std::pair("~0", "~")})
      for (std::size_t at = name.find(escape); at != std::string::npos; at = name.find(escape, at + 1))
        name.replace(at, 2, sign);
    return {std::move(name)};
  }

  static Part both(std::vector<Part> parts) {
    if (parts.empty()) return {"any"};
    if (parts.size() == 1) return std::move(parts.front());
    Part whole;
    for (Part& part : parts) std::ranges::move(std::exchange(part.notes, {}), std::back_inserter(whole.notes));
    // What any value fits restricts by its notes alone.
    std::erase_if(parts, [](const Part& part) { return part.text == "any"; });
    if (parts.size() == 1) whole.binding = parts.front().binding;
    if (parts.size() > 1) whole.binding = Part::Binding::both;
    for (Part& part : parts) {
      if (!whole.text.empty()) whole.text += " & ";
      whole.text += within(std::move(part), whole.binding);
    }
    if (parts.empty()) whole.text = "any";
    return whole;
  }

  Part either(const Json& schemas, std::size_t indent) {
    std::vector<Part> parts;
    for (const Json& schema : schemas) parts.push_back(type(schema, indent, {}));
    return either(std::move(parts));
  }

  /// null comes last. What is noted of the only other is noted of the whole.
  static Part either(std::vector<Part> parts) {
    if (parts.empty()) return {"never"};
    if (parts.size() == 1) return std::move(parts.front());
    std::vector<Part> nulls;
    std::ranges::copy_if(parts, std::back_inserter(nulls), &Part::is_null);
    std::erase_if(parts, &Part::is_null);
    std::ranges::move(nulls, std::back_inserter(parts));
    const bool or_null = parts.size() == 2 && parts.back().is_null && parts.back().notes.empty();
    Part whole{"", {}, Part::Binding::either};
    for (Part& part : parts) {
      if (!whole.text.empty()) whole.text += " | ";
      if (or_null) std::ranges::move(std::exchange(part.notes, {}), std::back_inserter(whole.notes));
      const std::string comment = commented(part);
      whole.text += part.text + comment;
    }
    return whole;
  }

  // ---- values of one type ----------------------------------------------------------------------------------------

  Part own(const Json& schema, std::size_t indent) {
    if (const Json* const value = find_keyword(schema, "const")) return {text_of(*value), {}, {}, value->is_null()};
    if (const Json* const values = find_list(schema, "enum")) {
      std::vector<Part> parts;
      for (const Json& value : *values) parts.push_back({text_of(value), {}, {}, value.is_null()});
      return either(std::move(parts));
    }
    const Json* const type = find_keyword(schema, "type");
    if (type == nullptr) {
      const bool array = has_any(schema, {"items", "prefixItems"});
      const bool object =
          has_any(schema, {"properties", "required", "additionalProperties", "patternProperties", "propertyNames"});
      std::vector<Part> parts;
      if (object) parts.push_back(this->object(schema, indent));
      if (array) parts.push_back(list(schema, indent));
      return either(std::move(parts));
    }
    if (!type->is_array()) return of_type(*type, schema, indent);
    std::vector<Part> parts;
    for (const Json& name : *type) parts.push_back(of_type(name, schema, indent));
    return either(std::move(parts));
  }

  Part of_type(const Json& name, const Json& schema, std::size_t indent) {
    if (name == "object") return object(schema, indent);
    if (name == "array") return list(schema, indent);
    return {name.is_string() ? name.get<std::string>() : "any", {}, {}, name == "null"};
  }

  Part list(const Json& schema, std::size_t indent) {
    if (const Json* const prefix = find_list(schema, "prefixItems")) return tuple(schema, *prefix, indent);
    const Json* const items = find_keyword(schema, "items");
    Part item = items == nullptr ? Part{"any"} : type(*items, indent, {});
    Part whole;
    if (!item.notes.empty()) whole.notes.push_back("each: " + joined_notes(item.notes));
    whole.text = within(std::move(item), Part::Binding::tight) + "[]";
    return whole;
  }

  Part tuple(const Json& schema, const Json& prefix, std::size_t indent) {
    const Json* const least = find_keyword(schema, "minItems");
    const Json* const most = find_keyword(schema, "maxItems");
    const Json* const rest = find_keyword(schema, "items");
    Part whole{"["};
    for (std::size_t i = 0; i < prefix.size(); ++i) {
      const Part item = type(prefix[i], indent, {});
      const bool needed = least != nullptr && least->is_number() && *least > i;
      const std::string text = needed ? item.text : within(item, Part::Binding::tight) + "?";
      whole.text += (i == 0 ? "" : ", ") + text + commented(item);
    }
    const bool full = most != nullptr && most->is_number() && *most <= prefix.size();
    if (!full && (rest == nullptr || *rest != false)) {
      const Part more = rest == nullptr ? Part{"any"} : type(*rest, indent, {});
      whole.text += (prefix.empty() ? "..." : ", ...") + within(more, Part::Binding::tight) + "[]" + commented(more);
    }
    whole.text += "]";
    return whole;
  }

  // ---- objects ---------------------------------------------------------------------------------------------------

  struct Member {
    std::string key;
    Part value;
  };

  Part object(const Json& schema, std::size_t indent) {
    std::vector<Member> members;
    Part whole;
    add_fields(schema, indent + 2, members);
    const bool has_fields = !members.empty();
    if (const Json* const patterns = find_object(schema, "patternProperties"))
      for (const auto& [pattern, value] : patterns->items())
        members.push_back({"[key " + pattern_text(pattern) + "]", type(value, indent + 2, {})});
    const Json* const others = find_keyword(schema, "additionalProperties");
    const bool closed = others != nullptr && *others == false;
    const Json* const names = find_keyword(schema, "propertyNames");
    const bool free = members.empty() && !closed;
    if (free && names == nullptr && (others == nullptr || !others->is_object())) return {"object"};
    if (names != nullptr && !free) whole.notes.push_back("keys: " + names_text(*names, indent));
    if (free || (others != nullptr && others->is_object())) {
      std::string key = free ? "[key" : "[other key";
      if (names != nullptr && free) key += ": " + names_text(*names, indent);
      members.push_back({key + "]", others == nullptr ? Part{"any"} : type(*others, indent + 2, {})});
    }
    if (closed && !all_closed_) whole.notes.emplace_back("no other keys");
    if (closed)
      ++closed_;
    else if (has_fields)
      ++open_;
    whole.text = written(members, indent, whole);
    return whole;
  }

  std::string names_text(const Json& names, std::size_t indent) {
    const Part part = type(names, indent, {});
    // Keys are strings without it being said.
    const std::string comment = commented(part);
    return (part.text == "any" ? "string" : part.text) + comment;
  }

  void add_fields(const Json& schema, std::size_t indent, std::vector<Member>& members) {
    const Json* const properties = find_object(schema, "properties");
    std::set<std::string_view> required;
    if (const Json* const list = find_list(schema, "required"))
      for (const Json& key : *list)
        if (key.is_string()) required.insert(key.get_ref<const std::string&>());
    if (properties != nullptr)
      for (const auto& [key, value] : properties->items())
        members.push_back({key_text(key) + (required.erase(key) != 0 ? "" : "?"), type(value, indent, key)});
    for (const std::string_view key : required) members.push_back({key_text(std::string(key)), Part{"any"}});
  }

  static std::string key_text(const std::string& key) { return is_identifier(key) ? key : text_of(key); }

  /// On one line where it is short and there is nothing to note.
  static std::string written(std::vector<Member>& members, std::size_t indent, Part& whole) {
    if (members.empty()) return "{}";
    if (members.size() == 1 && members.front().key.starts_with("[key")) {
      Part& value = members.front().value;
      if (!value.notes.empty()) whole.notes.push_back("each value: " + joined_notes(std::exchange(value.notes, {})));
      if (!value.has_lines()) return "{ " + members.front().key + ": " + value.text + " }";
    }
    std::size_t width = 0;
    bool plain = true;
    for (const auto& [key, value] : members) {
      width += key.size() + value.text.size() + 4;
      plain = plain && value.notes.empty() && !value.has_lines();
    }
    const bool on_one_line = plain && width <= max_width;
    const std::string line = "\n" + std::string(indent + 2, ' ');
    std::string text = "{";
    for (const auto& [key, value] : members) {
      if (on_one_line) {
        text += (text.size() == 1 ? " " : ", ") + key + ": " + value.text;
        continue;
      }
      text += line;
      if (value.has_lines()) text += above(value, indent + 2);
      text += key + ": " + value.text + ",";
      if (!value.has_lines() && !value.notes.empty()) text += " // " + joined_notes(value.notes);
    }
    return text + (on_one_line ? " }" : "\n" + std::string(indent, ' ') + "}");
  }

  const Json& document_;
  const bool all_closed_;
  std::size_t depth_ = 0;
  std::size_t closed_ = 0;  // objects that have the listed keys alone
  std::size_t open_ = 0;    // and others that list keys
};

}  // namespace

std::string type_text(const Json& document) {
  TypeTextWriter writer(document, false);
  std::string text = writer.run();
  return writer.may_say_once() ? TypeTextWriter(document, true).run() : text;
}

}  // namespace instructor::core
