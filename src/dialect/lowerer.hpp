#pragma once

// Rewrites one schema. See lower.hpp for what it is for.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "dialect/schema_words.hpp"
#include "instructor/dialect.hpp"
#include "instructor/json.hpp"
#include "instructor/lowering.hpp"

namespace instructor::core {

/// Walks a schema from outside in and writes another one. Every keyword is looked up in the dialect's table; what it
/// does not take goes to the sentences of the description.
class Lowerer {
 public:
  /// With `fix_order`, properties that a provider would move to the back are made required.
  Lowerer(const Json& document, const Dialect& dialect, bool tables, bool fix_order, LoweredSchema& out)
      : document_(document), dialect_(dialect), tables_(tables), fix_order_(fix_order), out_(out) {}

  Json run();

 private:
  /// An object with room for its members: when one grows it copies all that is in it.
  static Json object_for(std::size_t members) {
    Json object = Json::object();
    object.get_ref<Json::object_t&>().reserve(members);
    return object;
  }

  /// What becomes of one schema while its keywords are gone through.
  struct Draft {
    const Json& schema;
    std::string type;  ///< where it is one alone
    Sentences words{};
    Json body = object_for(schema.size() + 4);
    bool null = false;  ///< null as well, said as `nullable`
  };

  // ---- values: lower.cpp
  Json value(const Json& schema);
  Json written(const Json& schema, const std::vector<Json>& rest, bool exclusive);
  Json assembled(Draft&& draft);
  void keyword(Draft& draft, const std::string& name, const Json& value);
  void simple(Draft& draft, SchemaRule rule, const std::string& name, const Json& value);
  void describe(Draft& draft, SchemaRule rule, const std::string& name, const Json& value);
  void limit(Draft& draft, const std::string& name, const Json& value);
  void pattern(Draft& draft, const Json& value);
  void choice(Draft& draft, const std::string& name, const Json& value);
  Json inner(const std::string& segment, const Json& schema);

  // ---- types, unions and references: lower_choices.cpp
  Json reference(const Json& schema);
  const Json* definition(const Json& reference, std::string& name) const;
  Json in_place(const std::string& name, const Json& schema);
  Json joined(const Json& schema, std::vector<Json>& rest);
  void join(Json& base, const Json& schema, std::vector<Json>& rest, std::size_t depth);
  std::optional<Json> distributed(const Json& schema) const;
  std::optional<Json> split_types(const Json& schema) const;
  Json alternatives(const Json& schema, const std::vector<Json>& rest, bool exclusive);
  std::string single_type(const Json& schema);
  void types_of_values(Draft& draft);
  Json or_null(Json schema);
  bool accepts_null(const Json& schema, std::size_t depth = 0) const;
  static bool is_null(const Json& schema);

  // ---- objects and lists: lower_containers.cpp
  void object(Draft& draft);
  void properties(Draft& draft, const std::vector<std::string>& required);
  void other_keys(Draft& draft, bool listed);
  void key_patterns(Draft& draft);
  void array(Draft& draft);
  void tuple(Draft& draft, const Json& prefix);

  void change(SchemaRule rule, Handling handling, std::string text);
  void refuse(SchemaRule rule, std::string text);
  void count_node();

  /// Appends to the path for as long as it lives.
  class Step {
   public:
    Step(Lowerer& lowerer, std::string_view segment);
    ~Step() { lowerer_.path_.resize(size_); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Lowerer& lowerer_;
    std::size_t size_;
  };

  const Json& document_;
  const Dialect& dialect_;
  const bool tables_;
  const bool fix_order_;
  LoweredSchema& out_;
  std::string path_;
  std::vector<std::string> open_;  // definitions that are being written
  std::vector<std::pair<std::string, Json>> definitions_;
  std::size_t nodes_ = 0;
  std::size_t depth_ = 0;
  bool has_choice_of_objects_ = false;
  bool may_leave_out_ = false;  // the value that comes next is a property that need not be there
};

}  // namespace instructor::core
