#pragma once

// Not API: see instructor/fits.hpp.
//
// Goes through a table as lowering goes through its schema, and finds what a dialect refuses.

#include <cstddef>
#include <string_view>
#include <vector>

#include "instructor/dialect.hpp"
#include "instructor/types.hpp"

namespace instructor::detail {

/// Text made while compiling. Templates here cost a program nothing that does not use them.
template <class Char>
class BasicFitText {
 public:
  constexpr void add(std::string_view text) {
    for (const char c : text) text_.push_back(c);
  }
  constexpr void add(std::size_t number) {
    char digits[20]{};
    std::size_t begin = 20;
    do {
      digits[--begin] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    add({digits + begin, 20 - begin});
  }
  constexpr std::size_t size() const { return text_.size(); }
  constexpr void cut(std::size_t size) { text_.resize(size); }
  constexpr bool empty() const { return text_.empty(); }
  constexpr char operator[](std::size_t index) const { return text_[index]; }
  constexpr void add(const BasicFitText& other) {
    for (std::size_t i = 0; i < other.size(); ++i) text_.push_back(other[i]);
  }

 private:
  std::vector<Char> text_;
};
using FitText = BasicFitText<char>;

template <class Info>
class DialectFit {
 public:
  constexpr DialectFit(const Dialect& dialect, bool fix_order)
      : dialect_(dialect),
        fixes_order_(fix_order && dialect.handling(SchemaRule::property_order) == Handling::rewritten) {}

  constexpr void run(const TypeInfo& root) { fields(root); }
  constexpr const FitText& reason() const { return reason_; }

 private:
  constexpr bool done() const { return !reason_.empty(); }

  constexpr void refuse(std::string_view what, std::string_view name = {}) {
    if (done()) return;
    if (path_.empty())
      reason_.add("the answer");
    else
      reason_.add(path_);
    reason_.add(": ");
    reason_.add(what);
    if (name.empty()) return;
    reason_.add(" (");
    reason_.add(name);
    reason_.add(")");
  }

  constexpr void count(SchemaRule rule, std::size_t& counter, std::size_t more, std::string_view what) {
    counter += more;
    const std::size_t most = dialect_.limit(rule);
    if (most == 0 || counter <= most || done()) return;
    FitText text;
    text.add("here there are more than ");
    text.add(most);
    text.add(" ");
    text.add(what);
    reason_.add(path_);
    reason_.add(": ");
    reason_.add(text);
  }
  constexpr void count_name(std::size_t size) {
    count(SchemaRule::name_characters, characters_, size, "characters of names and values");
  }

  constexpr std::size_t enter(std::string_view segment) {
    const std::size_t size = path_.size();
    path_.add("/");
    for (const char c : segment) path_.add(c == '~' ? "~0" : c == '/' ? "~1" : std::string_view(&c, 1));
    return size;
  }
  constexpr void inner(const TypeInfo& type, std::string_view segment) {
    const std::size_t size = enter(segment);
    value(type, false, false);
    path_.cut(size);
  }

  static constexpr bool is_homogeneous(const TypeInfo& tuple) {
    for (const TypeRef& element : tuple.elements)
      if (&*element != &*tuple.elements[0]) return false;
    return !tuple.elements.empty();
  }

  /// The alternatives of a variant or an optional, those inside others too.
  static constexpr void alternatives(const TypeInfo& type, std::vector<const TypeInfo*>& others, bool& null) {
    if (type.kind == Kind::optional) {
      null = null || is_nullable(type);
      alternatives(*type.element, others, null);
    } else if (type.kind == Kind::variant) {
      for (const TypeRef& alternative : type.elements)
        if (!alternative->rest) alternatives(*alternative, others, null);
    } else if (type.kind == Kind::null) {
      null = true;
    } else {
      others.push_back(&type);
    }
  }

  constexpr void choice(const TypeInfo& type, bool may_leave_out, bool or_null, bool in_place) {
    std::vector<const TypeInfo*> others;
    bool null = false;
    alternatives(type, others, null);
    if (null && dialect_.handling(SchemaRule::null) == Handling::omitted && !may_leave_out)
      refuse("null where a value must be given");
    null = null || or_null;
    if (others.size() > 1 && dialect_.refuses(SchemaRule::unions)) refuse("one of several types");
    if (others.size() > 1 || (null && dialect_.takes(SchemaRule::null)))
      count(SchemaRule::unions, unions_, 1, "unions");
    for (const TypeInfo* const other : others) value(*other, false, false, in_place);
  }

  constexpr void value(const TypeInfo& type, bool may_leave_out, bool or_null, bool in_place = false) {
    if (done()) return;
    if (or_null && type.kind != Kind::optional && type.kind != Kind::variant && dialect_.takes(SchemaRule::null))
      count(SchemaRule::unions, unions_, 1, "unions");
    switch (type.kind) {
      case Kind::optional:
      case Kind::variant: return choice(type, may_leave_out, or_null, in_place);
      case Kind::map:
        if (dialect_.refuses(SchemaRule::free_keys)) return refuse("an object with free keys (a map)");
        return inner(*type.element, "*");
      case Kind::tuple:
        if (is_homogeneous(type)) return inner(*type.elements[0], "*");
        if (dialect_.refuses(SchemaRule::tuples)) return refuse("a list whose items differ in type (a tuple)");
        for (std::size_t i = 0; i < type.elements.size(); ++i) {
          FitText segment;
          segment.add(i);
          const std::size_t size = path_.size();
          path_.add("/");
          path_.add(segment);
          value(*type.elements[i], false, false);
          path_.cut(size);
        }
        return;
      case Kind::any:
        if (type.allowed.empty() && dialect_.refuses(SchemaRule::untyped)) return refuse("a value of any type");
        return;
      case Kind::null:
        if (!dialect_.takes(SchemaRule::null)) refuse("null and nothing else");
        return;
      case Kind::list:
      case Kind::set: return inner(*type.element, "*");
      case Kind::enumeration:
        if (!type.literal || type.enumerators.size() != 1 || !dialect_.takes(SchemaRule::constants))
          count(SchemaRule::enum_values, values_, type.enumerators.size(), "values of enums");
        for (const Enumerator& enumerator : type.enumerators) count_name(enumerator.name.size());
        return;
      case Kind::object: return object(type, in_place);
      default: return;
    }
  }

  struct Seen {
    const TypeInfo* type;
    std::size_t depth;
  };

  /// Where there are references, a type is gone through once, and again only further down.
  constexpr void object(const TypeInfo& type, bool in_place) {
    bool open = false;
    for (const TypeInfo* const other : open_) open = open || other == &type;
    const bool refers = dialect_.takes(SchemaRule::references);
    if (open && (!refers || dialect_.refuses(SchemaRule::recursion)))
      return refuse("a type that holds itself", type.name);
    if (open) return;
    const bool counted = counts_;
    if (refers && !in_place) {
      Seen* known = nullptr;
      for (Seen& seen : seen_)
        if (seen.type == &type) known = &seen;
      if (known != nullptr && (dialect_.limit(SchemaRule::depth) == 0 || open_.size() <= known->depth)) return;
      if (known == nullptr) {
        seen_.push_back({&type, open_.size()});
        count_name(type.name.size());
      } else {
        known->depth = open_.size();
        counts_ = false;
      }
    }
    fields(type);
    counts_ = counted;
  }

  constexpr void fields(const TypeInfo& type) {
    const std::size_t deepest = dialect_.limit(SchemaRule::depth);
    open_.push_back(&type);
    if (deepest != 0 && open_.size() > deepest) {
      FitText text;
      text.add(deepest);
      if (!done()) {
        reason_.add(path_);
        reason_.add(": nested deeper than ");
        reason_.add(text);
        reason_.add(" levels");
      }
    }
    if (type.element && dialect_.refuses(SchemaRule::free_keys)) refuse("an object with free keys");
    std::size_t in_front = 0;
    for (std::size_t i = 0; i < type.fields.size(); ++i)
      if (!type.fields[i].may_be_left_out()) in_front = i;
    for (std::size_t i = 0; i < type.fields.size() && !done(); ++i) {
      const FieldInfo& field = type.fields[i];
      const Annotation& annotation = *field.annotation;
      const bool optional = field.may_be_left_out();
      const bool added = optional && (dialect_.demands(SchemaRule::all_required) || (fixes_order_ && i < in_front));
      const std::size_t size = enter(field.key);
      if (counts_) {
        count(SchemaRule::properties, properties_, 1, "properties");
        count_name(field.key.size());
        if (optional && !added) count(SchemaRule::optional_properties, optional_, 1, "properties that may be left out");
      }
      const bool has_words =
          !annotation.description.empty() || annotation.default_value || annotation.example_count != 0;
      value(*field.type, optional && !added, added, has_words && !dialect_.takes(SchemaRule::reference_siblings));
      path_.cut(size);
    }
    open_.pop_back();
  }

  const Dialect& dialect_;
  const bool fixes_order_;
  FitText path_;
  FitText reason_;
  std::vector<const TypeInfo*> open_;
  std::vector<Seen> seen_;
  bool counts_ = true;
  std::size_t optional_ = 0;
  std::size_t unions_ = 0;
  std::size_t values_ = 0;
  std::size_t properties_ = 0;
  std::size_t characters_ = 0;
};

/// Why a dialect cannot express a type; empty when it can.
template <class Info>
constexpr FitText dialect_refusal(const Info& type, const Dialect& dialect) {
  DialectFit<Info> first(dialect, true);
  first.run(type);
  if (first.reason().empty() || dialect.handling(SchemaRule::property_order) != Handling::rewritten)
    return first.reason();
  DialectFit<Info> second(dialect, false);
  second.run(type);
  return second.reason().empty() ? second.reason() : first.reason();
}

}  // namespace instructor::detail
