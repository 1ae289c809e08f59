#pragma once

// Decoding what a language model wrote, which may be JSON in prose, JSON with mistakes, or values in other words.
//
//   auto user = decode_tolerant<User>("Sure! ```json\n{name: 'Ada', age: \"thirty-six\",}\n```");
//   if (user) std::cout << user->value.name << '\n' << user->repairs.text();
//
// What is understood, what is not and why is in docs/tolerant-decoding.md. A text that is valid JSON of the type is
// decoded as `decode` does it, and nothing is repaired.

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "instructor/codec.hpp"
#include "instructor/issue.hpp"
#include "instructor/model.hpp"
#include "instructor/repair.hpp"

namespace instructor {

/// A value, and what was done to the text to understand it.
template <class T>
struct Repaired {
  T value;
  std::string json;  ///< the strict JSON text that became the value
  Repairs repairs;
  Issues warnings;  ///< what soft checks and `Issues::warn` have to say of it
};

namespace detail {

struct RepairedText {
  std::unique_ptr<void, void (*)(void*)> value{nullptr, nullptr};
  std::string json;
  Repairs repairs;
  Issues issues;
  Issues warnings;
};

RepairedText decode_repairing(const TypeInfo& type, void* (*make)(), void (*destroy)(void*), std::string_view text,
                              const RepairPolicy& policy, const DecodeOptions& options);

}  // namespace detail

/// Decodes a T from a text. Without a value: all that is wrong with what comes nearest to one. Throws as `decode`.
template <class T>
std::expected<Repaired<T>, Issues> decode_tolerant(std::string_view text, const RepairPolicy& policy = {},
                                                   const DecodeOptions& options = {}) {
  detail::RepairedText found = detail::decode_repairing(
      type_of<T>(), []() -> void* { return new T(); }, [](void* value) { delete static_cast<T*>(value); }, text, policy,
      options);
  if (found.value == nullptr) return std::unexpected(std::move(found.issues));
  return Repaired<T>{std::move(*static_cast<T*>(found.value.get())), std::move(found.json), std::move(found.repairs),
                     std::move(found.warnings)};
}

}  // namespace instructor
