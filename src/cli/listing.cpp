#include "cli/listing.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "cli/print.hpp"

namespace instructor::cli {

namespace {

constexpr std::string_view mark = "\xE2\x96\x8C";

bool has_lines(const Json& value) { return value.is_structured() && !value.empty(); }

/// Inside optionals. Null where nothing is known.
const TypeInfo* inside(const TypeInfo* type) {
  while (type != nullptr && type->kind == Kind::optional) type = &*type->element;
  return type == nullptr ? nullptr : &without_rest(*type);
}

const TypeInfo* type_of_entry(const TypeInfo* type, std::string_view key) {
  if (type == nullptr) return nullptr;
  if (type->kind == Kind::map) return inside(&*type->element);
  const auto field = std::ranges::find(type->fields, key, &FieldInfo::key);
  return field == type->fields.end() ? nullptr : inside(&*field->type);
}

const TypeInfo* type_of_item(const TypeInfo* type, std::size_t index) {
  if (type == nullptr) return nullptr;
  if (type->kind == Kind::tuple) return index < type->elements.size() ? inside(&*type->elements[index]) : nullptr;
  return type->element ? inside(&*type->element) : nullptr;
}

/// A line for each absent field can take more columns than the label: those with fields of their own do not count.
bool is_one_line(const TypeInfo& type) {
  const Kind kind = inside(&type)->kind;
  return kind != Kind::object && kind != Kind::map && kind != Kind::list && kind != Kind::set && kind != Kind::tuple;
}

std::string below(const std::string& path, const std::string& key) {
  return (Json::json_pointer(path) / key).to_string();
}

class Lister {
 public:
  Lister(std::size_t width, const std::string_view* growing) : width_(width), growing_(growing) {}

  LiveListing take(const Json& value, const TypeInfo* type) {
    if (!value.is_structured() || (value.empty() && growing_ == nullptr))
      add_value("", value, "");
    else
      add_parts(value, inside(type), "", 0);
    return std::move(listing_);
  }

 private:
  bool grows(const std::string& path) const { return growing_ != nullptr && path == *growing_; }

  void add(std::string text, bool absent = false) { listing_.lines.push_back({std::move(text), absent}); }
  void focus() { listing_.focus = listing_.lines.empty() ? 0 : listing_.lines.size() - 1; }

  void add_parts(const Json& value, const TypeInfo* type, const std::string& path, std::size_t indent) {
    if (!value.is_object()) {
      std::size_t index = 0;
      for (const Json& item : value) {
        add_part("-", item, type_of_item(type, index), below(path, std::to_string(index)), indent);
        ++index;
      }
      if (grows(path)) focus();
      return;
    }
    const bool with_absent = growing_ != nullptr && type != nullptr && type->kind == Kind::object;
    std::size_t widest = 0;
    const auto measure = [&](std::string_view key) { widest = std::max(widest, columns(visible(key)) + 1); };
    for (const auto& [key, inner] : value.items())
      if (!has_lines(inner) && !(inner.is_structured() && grows(below(path, key)))) measure(key);
    if (with_absent)
      for (const FieldInfo& field : type->fields)
        if (!value.contains(field.key) && is_one_line(*field.type)) measure(field.key);
    for (const auto& [key, inner] : value.items())
      add_part(padded(visible(key) + ":", has_lines(inner) ? 0 : widest), inner, type_of_entry(type, key),
               below(path, key), indent);
    if (grows(path)) focus();
    if (!with_absent) return;
    for (const FieldInfo& field : type->fields)
      if (!value.contains(field.key))
        add(fitted(std::string(indent, ' ') + padded(visible(field.key) + ":", widest) + " -", width_), true);
  }

  void add_part(const std::string& label, const Json& value, const TypeInfo* type, const std::string& path,
                std::size_t indent) {
    const std::string margin(indent, ' ');
    if (!has_lines(value)) return add_value(margin + label + " ", value, path);
    if (grows(path) && width_ > 2)
      add(fitted(margin + label, width_ - 2).append(" ").append(mark));
    else
      add(fitted(margin + label, width_));
    add_parts(value, type, path, indent + 2);
  }

  void add_value(const std::string& label, const Json& value, const std::string& path) {
    constexpr std::size_t narrowest = 8;
    if (!grows(path)) return add(fitted(label + inline_text(value), width_));
    const std::string text = value.is_string() ? value.get<std::string>() : "";
    const std::size_t used = std::min(columns(label), width_ - std::min(width_, narrowest));
    const std::size_t room = width_ - used - std::min<std::size_t>(width_ - used, 1);
    std::string line = columns(label) <= used ? label : fitted(label, used);
    add(line.append(fitted_end(text, room)).append(mark));
    focus();
  }

  std::size_t width_;
  const std::string_view* growing_;
  LiveListing listing_;
};

}  // namespace

std::string listing(const Json& value, std::size_t width) {
  std::string out;
  for (const LiveListing::Line& line : Lister(width, nullptr).take(value, nullptr).lines) out += line.text + "\n";
  return out;
}

LiveListing live_listing(const Json& value, const TypeInfo& type, std::string_view growing, std::size_t width) {
  return Lister(width, &growing).take(value, &type);
}

}  // namespace instructor::cli
