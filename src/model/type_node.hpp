#pragma once

// What the types of model_builder.hpp are made of.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/json.hpp"
#include "instructor/model_builder.hpp"

namespace instructor::core {

/// A built type. What stands inside of others is never changed again, so copies share it.
struct TypeNode {
  enum class Form : std::uint8_t { plain, choice, constant, list, map, tuple, object, alternatives, reference };
  using Inner = std::shared_ptr<const TypeNode>;

  struct Field {
    std::string key;
    Inner type;
    std::string description;
    bool optional = false;

    friend bool operator==(const Field&, const Field&) = default;
  };

  /// What a type is wherever it is used.
  struct Body {
    Form form = Form::plain;
    std::string type{};  ///< `type` in JSON Schema; empty: any
    std::string name{};
    std::string target{};  ///< reference: the name of another
    std::string title{};
    std::string description{};
    Json rules = Json::object();  ///< by keyword
    std::vector<Json> values{};   ///< choice, constant
    std::vector<Inner> inner{};   ///< list, map: one; tuple, alternatives
    Inner keys{};                 ///< map
    std::vector<Field> fields{};  ///< object
    bool closed = false;          ///< object

    friend bool operator==(const Body&, const Body&) = default;
  };

  Body body;
  // What is said of one use of it.
  bool nullable = false;
  std::optional<Json> default_value{};
  std::vector<Json> examples{};
};

/// The JSON Schema of a type. Throws Error (`invalid_model`) with the path of the value that cannot be.
Json schema_of(const TypeNode& root, const SchemaOptions& options);

}  // namespace instructor::core

namespace instructor::type {

struct Type::Node : core::TypeNode {};

}  // namespace instructor::type
