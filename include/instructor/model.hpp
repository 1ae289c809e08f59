#pragma once

// Models.
//
// A plain struct is a model as it stands: its members, their names and types are found by reflection.
//
//   struct User { std::string name; int age; };
//
// To say more, write a static function `describe` in the struct. List the members you have something to say
// about; the others stay in, in the order in which the struct declares them.
//
//   struct Ticket {
//     std::string subject;
//     std::vector<std::string> tags;
//     int priority = 3;
//
//     static constexpr auto describe() {
//       using namespace instructor;
//       return model<Ticket>("A support ticket",
//           field<&Ticket::subject>("One line, no full stop", min_length(3), max_length(80), example("Payment fails")),
//           field<&Ticket::tags>("Topics", max_items(5), unique),
//           field<&Ticket::priority>("1 is urgent, 5 can wait", ge(1), le(5), default_value(3)));
//     }
//
//     void validate(instructor::Issues& issues) const {   // optional: sees the whole object; see issue.hpp
//       if (priority == 1 && tags.empty()) issues.add(&Ticket::tags, "an urgent ticket names a topic");
//     }
//   };
//
// A struct that cannot be edited is described from outside:
//
//   template <> struct instructor::Describe<theirs::Point> {
//     static constexpr auto describe() { return instructor::model<theirs::Point>("A point", ...); }
//   };
//
// A class that is no aggregate (constructors, private members, base classes) must be described; then exactly the
// listed members are its fields. Private members can be listed from inside the class.
//
// Required or not. A field is required unless its type is optional (std::optional, smart pointers) or it has a
// default: `default_value(...)`, `defaulted`, or a member initialiser other than the empty value (`int n = 3`). The
// schema asks for the last kind all the same, since the compiler does not tell the library about initialisers; the
// decoder does not insist. An initialiser that says no more than the empty value (`int n = 0`) counts as none: write
// `defaulted` if such a field may be left out.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "instructor/detail/annotate.hpp"
#include "instructor/types.hpp"

namespace instructor {

/// Describes a class or an enum from outside; specialise it with a `static constexpr auto describe()`.
template <class T>
struct Describe;

// ---------------------------------------------------------------------------------------------------------------
// Texts

/// The key in JSON, when it is not the member's name.
constexpr auto alias(const char* key) { return detail::AliasOption{key}; }

/// A title, of a field or of a whole model.
constexpr auto title(const char* text) { return detail::TitleOption{text}; }

/// An example for the model to learn from; up to four a field. A bool, number, string or enumerator, as the field.
template <class V>
constexpr auto example(V value) {
  return detail::ExampleOption<V>{value};
}

// ---------------------------------------------------------------------------------------------------------------
// Defaults

/// The field may be left out and then is `value`.
template <class V>
constexpr auto default_value(V value) {
  return detail::DefaultOption<V>{value};
}

/// The field may be left out and then is what the member's initialiser says.
inline constexpr detail::DefaultedOption defaulted{};

// ---------------------------------------------------------------------------------------------------------------
// Limits. On an optional field they are about the value inside.

template <detail::PlainNumber N>
constexpr auto ge(N limit) {
  return detail::NumberOption{&Rules::minimum, limit};
}
template <detail::PlainNumber N>
constexpr auto gt(N limit) {
  return detail::NumberOption{&Rules::exclusive_minimum, limit};
}
template <detail::PlainNumber N>
constexpr auto le(N limit) {
  return detail::NumberOption{&Rules::maximum, limit};
}
template <detail::PlainNumber N>
constexpr auto lt(N limit) {
  return detail::NumberOption{&Rules::exclusive_maximum, limit};
}
template <detail::PlainNumber N>
constexpr auto multiple_of(N step) {
  return detail::NumberOption{&Rules::multiple_of, step};
}

/// Lengths of strings, in Unicode code points.
constexpr auto min_length(std::size_t count) { return detail::LengthOption{&Rules::min_length, count}; }
constexpr auto max_length(std::size_t count) { return detail::LengthOption{&Rules::max_length, count}; }

/// An RE2 pattern that matches somewhere in the string; anchor it with ^ and $ to match all of it.
constexpr auto pattern(const char* re2) { return detail::PatternOption{re2}; }

/// A format of JSON Schema, which the text must be in: `email`, `uri`, `hostname`, `ipv4`, `ipv6`, `date`, ...; one
/// that is not known stops the compile. The types of formatted.hpp have theirs: `Email`, `Url`, ...
consteval auto format(const char* name) {
  if (detail::find_known_format(name) == detail::known_format_count)
    throw "instructor: format(name): no such format; there are date-time, date, time, duration, email, idn-email, "
          "hostname, idn-hostname, ipv4, ipv6, uri, uri-reference, iri, iri-reference, uri-template, uuid, "
          "json-pointer, relative-json-pointer and regex";
  return detail::FormatOption{name};
}

/// The number of items of a list or set, or of entries of a map.
constexpr auto min_items(std::size_t count) { return detail::ItemsOption{&Rules::min_items, count}; }
constexpr auto max_items(std::size_t count) { return detail::ItemsOption{&Rules::max_items, count}; }

/// No two items of the list are equal.
inline constexpr detail::UniqueOption unique{};

// ---------------------------------------------------------------------------------------------------------------
// The user's own rules. Each may take a further argument, the call's context: see context.hpp.

/// `predicate(value)` must be true; `message` says what is wrong when it is not. Up to four a field, soft ones counted.
/// It takes the member's type or, on an optional field, the type inside (it is then called only when there is a
/// value). An exception derived from std::exception counts as failure and its text is added, but for an Error of code
/// `missing_context`, which ends the call.
template <class Predicate>
constexpr auto check(Predicate, const char* message) {
  return detail::CheckOption<Predicate, false>{message};
}
/// The same for a function: `check<is_upper_case>("must be upper case")`.
template <auto Function>
constexpr auto check(const char* message) {
  return detail::CheckOption<detail::Stateless<Function>, false>{message};
}

/// A check that does not fail: when `predicate(value)` is false `message` is reported as a warning (see
/// Completion::warnings), the value is valid and the model is not asked again. Seen by values that are valid otherwise.
template <class Predicate>
constexpr auto soft_check(Predicate, const char* message) {
  return detail::CheckOption<Predicate, true>{message};
}
template <auto Function>
constexpr auto soft_check(const char* message) {
  return detail::CheckOption<detail::Stateless<Function>, true>{message};
}

/// Changes the value before limits and checks see it: `transform([](std::string& s) { trim(s); })`, or a function
/// that takes the value and returns the new one. It sees what was sent, so this is also the place for a check of that:
/// an exception derived from std::exception makes the value not valid, and its text says why.
template <class Function>
constexpr auto transform(Function) {
  return detail::TransformOption<Function>{};
}
template <auto Function>
constexpr auto transform() {
  return detail::TransformOption<detail::Stateless<Function>>{};
}

/// Values of another type are taken for this field, and in it, where nothing is lost; see DecodeOptions::lax.
inline constexpr detail::LaxOption lax{};

/// How far the value of this field, and what is in it, is repaired (repair.hpp): `repair(RepairLevel::syntax)` leaves
/// it as it was sent where that is JSON. Further than the rest of the answer it is not.
constexpr auto repair(RepairLevel level) { return detail::RepairOption{level}; }

// ---------------------------------------------------------------------------------------------------------------
// Alternatives
//
// A std::variant is a value of one of several types. Alternatives that JSON itself tells apart (a number, a text, a
// list, an object) need nothing more. Of several structs the one is chosen that
//
//   - has the right constant, where all of them have a Literal (or enum) member of the same name with values that no
//     other has (literal.hpp):   struct Refund { Literal<"refund"> kind; double amount; };
//   - or that `tag` names;
//   - or that alone knows a key that comes; at last the one that fits best.

/// Alternatives of a std::variant are told apart by a key of this name, which the structs themselves do not have. Its
/// value is the name of the struct, or what `name` says in its description.
constexpr auto tag(const char* key) { return detail::TagOption{key}; }

// ---------------------------------------------------------------------------------------------------------------
// Streaming (stream.hpp)

/// The field is not shown while it arrives, only when it is complete.
inline constexpr detail::WhenDoneOption when_done{};

/// Nothing of the object is shown before this field is complete.
inline constexpr detail::RequiredFirstOption required_first{};

// ---------------------------------------------------------------------------------------------------------------
// Fields and models

/// Says something about a member: a description as a string literal, and any of the options above, in any order.
template <auto Member, class... Options>
  requires std::is_member_object_pointer_v<decltype(Member)>
constexpr auto field(Options... options) {
  using M = typename detail::PointedMember<decltype(Member)>::type;
  static_assert((std::size_t{detail::is_description<Options>} + ... + 0) <= 1,
                "instructor: field: one description is enough; concatenate the literals");
  static_assert((std::size_t{detail::is_example<Options>} + ... + 0) <= Annotation::max_examples,
                "instructor: field: at most four examples");
  static_assert((std::size_t{detail::is_check<Options>} + ... + 0) <= Annotation::max_checks,
                "instructor: field: at most four checks, soft ones counted");
  static_assert((std::size_t{detail::is_transform<Options>} + ... + 0) <= 1,
                "instructor: field: at most one transform");
  detail::Field<Member> field;
  (detail::as_option(options).template annotate<M>(field.annotation), ...);
  return field;
}

/// The name under which a model is offered to the language model (as a tool, in `$defs`); without it, the C++ name.
constexpr auto name(const char* text) { return detail::NameOption{text}; }

/// Keys that the model does not know are an issue; without it they are ignored.
inline constexpr detail::ForbidExtraOption forbid_extra{};

/// What `describe()` returns: a description as a string literal, `field<>`s, and `name`, `title`, `forbid_extra`.
template <class T, class... Parts>
constexpr auto model(Parts... parts) {
  typename detail::ModelOf<T, detail::Model<T>, Parts...>::type model;
  (model.add(parts), ...);
  return model;
}

// ---------------------------------------------------------------------------------------------------------------
// Enums
//
// An enum needs no description: its enumerators are found by reflection when their values lie between -16 and 239
// or are a power of two. To say more, to rename one, or to reach further:
//
//   template <> struct instructor::Describe<Priority> {
//     static constexpr auto describe() {
//       using namespace instructor;
//       return enumeration<Priority>("How soon", value<Priority::high>("within the hour", alias("urgent")),
//                                    range<0, 1000>);
//     }
//   };

/// Says something about an enumerator: a description, an alias, or both.
template <auto Enumerator, class... Options>
  requires std::is_enum_v<decltype(Enumerator)>
constexpr auto value(Options... options) {
  detail::EnumeratorNote<Enumerator> note;
  (note.add(options), ...);
  return note;
}

/// The values among which enumerators are looked for; a wide range costs compile time.
template <std::int64_t Min, std::int64_t Max>
inline constexpr detail::RangeOption<Min, Max> range{};

/// In JSON the enum is a list of names: its values are flags, to be combined.
inline constexpr detail::EnumFormOption flags{detail::EnumForm::flags};

/// In JSON the enum is an integer.
inline constexpr detail::EnumFormOption as_integers{detail::EnumForm::integers};

/// What `describe()` returns for an enum: a description, `value<>`s, and `range`, `name`, `title`, `flags`,
/// `as_integers`.
template <class E, class... Parts>
  requires std::is_enum_v<E>
constexpr auto enumeration(Parts... parts) {
  detail::EnumModel<E, detail::RangeAmong<Parts...>::min, detail::RangeAmong<Parts...>::max,
                    (std::size_t{detail::is_enumerator_note<Parts>} + ... + 0)>
      model;
  (model.add(parts), ...);
  return model;
}

}  // namespace instructor

#include "instructor/detail/type_info.hpp"
