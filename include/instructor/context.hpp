#pragma once

// What a call knows besides the text: for checks, transforms and `validate` that need more than the value.
//
//   struct Citation {
//     std::string quote;
//
//     static constexpr auto describe() {
//       using namespace instructor;
//       return model<Citation>(field<&Citation::quote>(check(
//           [](const std::string& quote, const Context& context) {
//             return context.text("document").find(quote) != std::string::npos;
//           },
//           "must be in the document, word for word")));
//     }
//   };
//
//   client.create<Citation>(Request("...").context(Context().set("document", text)));
//
// Values have names, and are JSON; objects of any type are looked up by their type:
//
//   Context().set(Catalogue(...))      context.get<Catalogue>()

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "instructor/detail/names.hpp"
#include "instructor/json.hpp"

namespace instructor {

namespace detail {

/// Its address stands for T.
template <class T>
inline constinit char type_key{};

}  // namespace detail

/// The call's own values. A value that is cheap to copy: copies share what was put in. A call only reads it, on the
/// thread that decodes; reading from several threads at once is safe, changing it meanwhile is not.
class Context {
 public:
  Context() = default;

  /// A value by name, in place of one of that name; include <nlohmann/json.hpp> to make one that is no text.
  Context& set(std::string_view name, const Json& value);
  template <std::convertible_to<std::string_view> Text>
  Context& set(std::string_view name, const Text& text) {
    return set_text(name, text);
  }

  /// An object by its type, in place of one of that type. The context owns it; a std::shared_ptr or a pointer is an
  /// object like any other, and looked up as such.
  template <class T>
    requires std::is_object_v<T>
  Context& set(T object) {
    put(&detail::type_key<T>, std::make_shared<const T>(std::move(object)));
    return *this;
  }

  /// The value of this name. Throws Error (`missing_context`) that names it when there is none: the call ends, since
  /// asking the model again would not help. Lives as long as this context or a copy of it.
  const Json& operator[](std::string_view name) const;
  /// The same of a text; throws as well when the value is none.
  const std::string& text(std::string_view name) const;
  /// Null when there is none.
  const Json* find(std::string_view name) const;

  /// The object of this type. Throws Error (`missing_context`) that names the type when there is none.
  template <class T>
  const T& get() const {
    const void* const object = object_at(&detail::type_key<T>);
    if (object == nullptr) missing_object(detail::type_name<T>);
    return *static_cast<const T*>(object);
  }
  /// Null when there is none.
  template <class T>
  const T* find() const {
    return static_cast<const T*>(object_at(&detail::type_key<T>));
  }

  /// The values that have names, as a JSON object: what of this context can be told to somebody else.
  std::string named_values() const;

  bool empty() const { return values_.empty() && objects_.empty(); }

  /// Takes from `others` what is not here.
  Context& add_missing(const Context& others);

 private:
  struct Value {
    std::string name;
    std::shared_ptr<const Json> json;
  };
  struct Object {
    const void* type = nullptr;
    std::shared_ptr<const void> held;
  };

  Context& set_text(std::string_view name, std::string_view text);
  void put(const void* type, std::shared_ptr<const void> object);
  const void* object_at(const void* type) const;
  [[noreturn]] static void missing_object(std::string_view type);

  std::vector<Value> values_;
  std::vector<Object> objects_;
};

}  // namespace instructor
