#pragma once

// Not API: see instructor/model.hpp.
//
// The field and model options as values, and how each is written into an annotation. An option that does not fit
// the field's type stops the compile with a message that says what it applies to.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "instructor/detail/known_formats.hpp"
#include "instructor/types.hpp"

namespace instructor {
enum class RepairLevel : std::uint8_t;
}  // namespace instructor

namespace instructor::detail {

template <class M>
struct Unwrapped {
  using type = M;
};
template <class M>
  requires requires(const M& m) {
    typename M::value_type;
    m.has_value();
    *m;
  }
struct Unwrapped<M> : Unwrapped<typename M::value_type> {};
template <class M>
  requires requires(const M& m) {
    typename M::element_type;
    m.get();
    *m;
  }
struct Unwrapped<M> : Unwrapped<typename M::element_type> {};

/// The type that a field option is about: what is inside a std::optional or a smart pointer, else M itself.
template <class M>
using ValueOf = typename Unwrapped<std::remove_cv_t<M>>::type;

template <class V>
concept PlainNumber = std::is_arithmetic_v<V> && !std::is_same_v<V, bool>;
template <class M>
concept NumberField = PlainNumber<ValueOf<M>>;
template <class M>
concept StringField = std::is_convertible_v<const ValueOf<M>&, std::string_view>;
template <class M>
concept ItemsField = !StringField<M> && requires(const ValueOf<M>& m) { m.size(); };

/// A std::variant, told by what it offers, so that its header need not be included here.
template <class V>
struct Alternatives {
  static constexpr std::size_t count = 0;
};
template <template <class...> class V, class... A>
  requires requires(V<A...>& v, const V<A...>& c) {
    c.index();
    c.valueless_by_exception();
    v.template emplace<0>();
  }
struct Alternatives<V<A...>> {
  static constexpr std::size_t count = sizeof...(A);
};
template <class M>
concept VariantLike = Alternatives<M>::count != 0;

/// A variant, or a container of variants.
template <class M>
struct HoldsVariant {
  static constexpr bool value = VariantLike<M>;
};
template <class M>
  requires(!VariantLike<M> && !std::is_same_v<ValueOf<M>, M>)
struct HoldsVariant<M> : HoldsVariant<ValueOf<M>> {};
template <class M>
  requires requires { typename M::mapped_type; }
struct HoldsVariant<M> : HoldsVariant<typename M::mapped_type> {};
template <class M>
  requires(
      std::is_same_v<ValueOf<M>, M> && !std::is_convertible_v<const M&, std::string_view> &&
      !requires { typename M::mapped_type; } &&
      requires(const M& m) {
        typename M::value_type;
        m.size();
      })
struct HoldsVariant<M> : HoldsVariant<typename M::value_type> {};

template <class M, class V>
concept ConstantFor =
    (std::is_enum_v<V> && std::is_same_v<ValueOf<M>, V>) ||
    (std::is_same_v<V, bool> && std::is_same_v<ValueOf<M>, bool>) ||
    (NumberField<M> && PlainNumber<V> && (std::is_floating_point_v<ValueOf<M>> || std::is_integral_v<V>)) ||
    (StringField<M> && std::is_convertible_v<V, std::string_view>);

/// Enumerators travel as numbers: the table of the enum knows their names.
template <class V>
constexpr Constant constant_of(V value) {
  Constant constant;
  if constexpr (std::is_same_v<V, bool>) {
    constant.form = Constant::Form::boolean;
    constant.boolean = value;
  } else if constexpr (std::is_enum_v<V>) {
    constant.form = Constant::Form::number;
    constant.number = Number(static_cast<std::int64_t>(value));
  } else if constexpr (std::is_arithmetic_v<V>) {
    constant.form = Constant::Form::number;
    constant.number = Number(value);
  } else {
    constant.form = Constant::Form::string;
    constant.text = std::string_view(value);
  }
  return constant;
}

/// Can F be called with a value, or with a value and the call's context?
template <class F, class Value>
concept TakesValue = std::is_invocable_v<F, Value> || std::is_invocable_v<F, Value, const Context&>;

template <class Predicate, class Value>
bool check_thunk(const void* value, [[maybe_unused]] const Context& context) {
  const Value& checked = *static_cast<const Value*>(value);
  if constexpr (std::is_invocable_v<Predicate, const Value&>)
    return static_cast<bool>(Predicate{}(checked));
  else
    return static_cast<bool>(Predicate{}(checked, context));
}

/// `context` is the call's context, or nothing where F does not take it.
template <class Function, class Value, class... C>
void transform_value(Value& target, C&... context) {
  if constexpr (std::is_void_v<std::invoke_result_t<Function, Value&, C&...>>)
    Function{}(target, context...);
  else
    target = Function{}(static_cast<Value&&>(target), context...);
}
template <class Function, class Value>
void transform_thunk(void* value, [[maybe_unused]] const Context& context) {
  if constexpr (std::is_invocable_v<Function, Value&>)
    transform_value<Function>(*static_cast<Value*>(value));
  else
    transform_value<Function>(*static_cast<Value*>(value), context);
}

/// A function given as a template argument, as a stateless function object.
template <auto Function>
struct Stateless {
  template <class... A>
    requires requires(A&&... a) { Function(static_cast<A&&>(a)...); }
  constexpr decltype(auto) operator()(A&&... a) const {
    return Function(static_cast<A&&>(a)...);
  }
};

template <auto Note>
struct TextOption {
  std::string_view text;

  template <class M>
  constexpr void annotate(Annotation& a) const {
    a.*Note = text;
  }
};
using AliasOption = TextOption<&Annotation::alias>;
using TitleOption = TextOption<&Annotation::title>;

struct NumberOption {
  Number Rules::* rule;
  Number number;

  template <class M>
  constexpr void annotate(Annotation& a) const {
    static_assert(NumberField<M>,
                  "instructor: ge, gt, le, lt and multiple_of apply to integers and floating-point numbers; this "
                  "field is neither");
    a.rules.*rule = number;
  }
};

struct LengthOption {
  std::size_t Rules::* rule;
  std::size_t count;

  template <class M>
  constexpr void annotate(Annotation& a) const {
    static_assert(StringField<M>,
                  "instructor: min_length and max_length apply to strings; this field is none (for lists and maps "
                  "there are min_items and max_items)");
    a.rules.*rule = count;
  }
};

struct ItemsOption {
  std::size_t Rules::* rule;
  std::size_t count;

  template <class M>
  constexpr void annotate(Annotation& a) const {
    static_assert(ItemsField<M>,
                  "instructor: min_items and max_items apply to lists, sets and maps; this field is none (for "
                  "strings there are min_length and max_length)");
    a.rules.*rule = count;
  }
};

struct PatternOption {
  std::string_view pattern;

  template <class M>
  constexpr void annotate(Annotation& a) const {
    static_assert(StringField<M>, "instructor: pattern applies to strings; this field is none");
    a.rules.pattern = pattern;
  }
};

struct FormatOption {
  std::string_view format;

  template <class M>
  constexpr void annotate(Annotation& a) const {
    static_assert(StringField<M>, "instructor: format applies to strings; this field is none");
    static_assert(
        !StringField<M> || requires(ValueOf<M>& text) { text.resize(1); },
        "instructor: format applies to std::string; the type of this field has a form of its own");
    a.rules.format = format;
    a.rules.check_format = true;
  }
};

struct UniqueOption {
  template <class M>
  constexpr void annotate(Annotation& a) const {
    static_assert(ItemsField<M>, "instructor: unique applies to lists; this field is none");
    a.rules.unique = true;
  }
};

template <class V>
struct ExampleOption {
  V value;

  template <class M>
  constexpr void annotate(Annotation& a) const {
    static_assert(ConstantFor<M, V>, "instructor: example(value): the value does not fit the field's type");
    a.examples[a.example_count++] = constant_of(value);
  }
};

template <class V>
struct DefaultOption {
  V value;

  template <class M>
  constexpr void annotate(Annotation& a) const {
    static_assert(ConstantFor<M, V>,
                  "instructor: default_value(value): the value does not fit the field's type (for lists, maps and "
                  "structs give the member an initialiser and write `defaulted`)");
    a.presence = Presence::optional;
    a.default_value = constant_of(value);
  }
};

struct DefaultedOption {
  template <class M>
  constexpr void annotate(Annotation& a) const {
    a.presence = Presence::optional;
  }
};

template <class M>
inline constexpr StageOps stage_ops{
    .make = []() -> void* { return new M{}; },
    .destroy = [](void* staged) { delete static_cast<M*>(staged); },
    .move = [](void* place, void* staged) { *static_cast<M*>(place) = static_cast<M&&>(*static_cast<M*>(staged)); },
};

struct WhenDoneOption {
  template <class M>
  constexpr void annotate(Annotation& a) const {
    a.when_done = &stage_ops<M>;
  }
};

struct RequiredFirstOption {
  template <class M>
  constexpr void annotate(Annotation& a) const {
    a.required_first = true;
  }
};

struct LaxOption {
  template <class M>
  constexpr void annotate(Annotation& a) const {
    a.lax = true;
  }
};

struct RepairOption {
  RepairLevel level;

  template <class M>
  constexpr void annotate(Annotation& a) const {
    a.repair = static_cast<std::int8_t>(level);
  }
};

struct TagOption {
  std::string_view key;

  template <class M>
  constexpr void annotate(Annotation& a) const {
    static_assert(HoldsVariant<std::remove_cv_t<M>>::value,
                  "instructor: tag applies to a std::variant, or a container of them; this field is neither");
    a.tag = key;
  }
};

template <class Predicate, bool Soft>
struct CheckOption {
  static constexpr bool is_stateless = std::is_empty_v<Predicate> && std::is_default_constructible_v<Predicate>;
  static_assert(is_stateless || Soft,
                "instructor: check(predicate, message) takes a lambda without captures; for a function write "
                "check<function>(message), and what the call knows is in its Context");
  static_assert(is_stateless || !Soft,
                "instructor: soft_check(predicate, message) takes a lambda without captures; for a function write "
                "soft_check<function>(message), and what the call knows is in its Context");
  std::string_view message;

  template <class M>
  constexpr void annotate(Annotation& a) const {
    using Value = ValueOf<M>;
    if constexpr (TakesValue<Predicate, const M&>) {
      a.checks[a.check_count++] = Check{&check_thunk<Predicate, M>, false, Soft, message};
    } else {
      static_assert(TakesValue<Predicate, const Value&>,
                    "instructor: check: the predicate cannot be called with the field's value, nor with the value and "
                    "a const Context&");
      a.checks[a.check_count++] = Check{&check_thunk<Predicate, Value>, true, Soft, message};
    }
  }
};

template <class Function>
struct TransformOption {
  static_assert(std::is_empty_v<Function> && std::is_default_constructible_v<Function>,
                "instructor: transform(function) takes a lambda without captures; for a function write "
                "transform<function>()");

  template <class M>
  constexpr void annotate(Annotation& a) const {
    using Value = ValueOf<M>;
    if constexpr (TakesValue<Function, M&>) {
      a.transform = &transform_thunk<Function, M>;
    } else {
      static_assert(TakesValue<Function, Value&>,
                    "instructor: transform: the function cannot be called with the field's value, nor with the value "
                    "and a const Context&");
      a.transform = &transform_thunk<Function, Value>;
      a.transform_inner = true;
    }
  }
};

using DescriptionOption = TextOption<&Annotation::description>;
constexpr DescriptionOption as_option(const char* description) { return {description}; }
template <class Option>
constexpr const Option& as_option(const Option& option) {
  return option;
}

template <class Option>
inline constexpr bool is_description = std::is_convertible_v<Option, const char*>;
template <class Option>
inline constexpr bool is_example = false;
template <class V>
inline constexpr bool is_example<ExampleOption<V>> = true;
template <class Option>
inline constexpr bool is_check = false;
template <class Predicate, bool Soft>
inline constexpr bool is_check<CheckOption<Predicate, Soft>> = true;
template <class Option>
inline constexpr bool is_transform = false;
template <class Function>
inline constexpr bool is_transform<TransformOption<Function>> = true;

template <class Pointer>
struct PointedMember;
template <class C, class M>
struct PointedMember<M C::*> {
  using type = M;
};

/// One described member.
template <auto Member>
struct Field {
  Annotation annotation;
};

struct NameOption {
  std::string_view text;
};
struct ForbidExtraOption {};

/// What `describe()` returns for a class: texts, and the annotations of the members in `Described`.
template <class T, auto... Described>
struct Model {
  static constexpr std::size_t count = sizeof...(Described);

  std::string_view description;
  std::string_view name;
  std::string_view title;
  bool forbid_extra = false;
  Annotation annotations[count == 0 ? 1 : count]{};
  std::size_t filled = 0;

  constexpr void add(const char* text) { description = text; }
  constexpr void add(NameOption option) { name = option.text; }
  constexpr void add(TitleOption option) { title = option.text; }
  constexpr void add(ForbidExtraOption) { forbid_extra = true; }
  template <auto Member>
  constexpr void add(const Field<Member>& field) {
    annotations[filled++] = field.annotation;
  }
};

template <class T, class Done, class... Parts>
struct ModelOf;
template <class T, auto... Described>
struct ModelOf<T, Model<T, Described...>> {
  using type = Model<T, Described...>;
};
template <class T, auto... Described, auto Member, class... Rest>
struct ModelOf<T, Model<T, Described...>, Field<Member>, Rest...>
    : ModelOf<T, Model<T, Described..., Member>, Rest...> {};
template <class T, auto... Described, class Other, class... Rest>
struct ModelOf<T, Model<T, Described...>, Other, Rest...> : ModelOf<T, Model<T, Described...>, Rest...> {};

/// One described enumerator.
template <auto Value>
struct EnumeratorNote {
  std::string_view alias;
  std::string_view description;

  constexpr void add(const char* text) { description = text; }
  constexpr void add(AliasOption option) { alias = option.text; }
};

template <std::int64_t Min, std::int64_t Max>
struct RangeOption {};

/// What an enum is in JSON.
enum class EnumForm : std::uint8_t { name, integers, flags };
struct EnumFormOption {
  EnumForm form;
};

/// What `describe()` returns for an enum.
template <class E, std::int64_t Min, std::int64_t Max, std::size_t Count>
struct EnumModel {
  static constexpr std::int64_t min = Min;
  static constexpr std::int64_t max = Max;

  std::string_view description;
  std::string_view name;
  std::string_view title;
  EnumForm form = EnumForm::name;
  Enumerator notes[Count == 0 ? 1 : Count]{};
  std::size_t filled = 0;

  constexpr void add(const char* text) { description = text; }
  constexpr void add(NameOption option) { name = option.text; }
  constexpr void add(TitleOption option) { title = option.text; }
  constexpr void add(EnumFormOption option) { form = option.form; }
  template <std::int64_t Lowest, std::int64_t Highest>
  constexpr void add(RangeOption<Lowest, Highest>) {}
  template <auto Value>
  constexpr void add(const EnumeratorNote<Value>& note) {
    static_assert(std::is_same_v<decltype(Value), E>, "instructor: enumeration: value<...> of another enum");
    notes[filled++] = Enumerator{note.alias, static_cast<std::int64_t>(Value), note.description};
  }
};

template <class Part>
inline constexpr bool is_enumerator_note = false;
template <auto Value>
inline constexpr bool is_enumerator_note<EnumeratorNote<Value>> = true;

template <class... Parts>
struct RangeAmong {
  static constexpr std::int64_t min = -16;
  static constexpr std::int64_t max = 239;
};
template <std::int64_t Min, std::int64_t Max, class... Rest>
struct RangeAmong<RangeOption<Min, Max>, Rest...> {
  static constexpr std::int64_t min = Min;
  static constexpr std::int64_t max = Max;
};
template <class Other, class... Rest>
struct RangeAmong<Other, Rest...> : RangeAmong<Rest...> {};

}  // namespace instructor::detail
