#pragma once

// Tools beside the answer: functions of the program that the model may call before, or instead of, answering.
//
//   Request request("What should Jason wear today?");
//   request.tool(Tool::of<WeatherQuery>("get_weather", "The weather at a place."));
//   auto turn = client.create_or_call<Advice>(request);          // see client.hpp
//
// and tools that the provider runs itself (Request::provider_tool), such as a web search.

#include <string>
#include <utility>

#include "instructor/json.hpp"
#include "instructor/model.hpp"
#include "instructor/types.hpp"

namespace instructor {

/// A function that the model may call. A value.
class Tool {
 public:
  /// Its parameters are a struct; `decode<T>(call.arguments)` reads them.
  template <class T>
  static Tool of(std::string name, std::string description = {}) {
    static_assert(type_of<T>().kind == Kind::object, "instructor: the parameters of a tool are a struct");
    return Tool(std::move(name), std::move(description), &type_of<T>());
  }
  /// Its parameters are a JSON Schema, which is sent as it is.
  static Tool with_schema(std::string name, std::string description, const Json& schema);

  Tool(const Tool&);
  Tool(Tool&&) noexcept;
  Tool& operator=(const Tool&);
  Tool& operator=(Tool&&) noexcept;
  ~Tool();

  const std::string& name() const { return name_; }
  const std::string& description() const { return description_; }
  /// Null: see `schema`.
  const TypeInfo* parameters() const { return parameters_; }
  const std::string& schema() const { return schema_; }

 private:
  Tool(std::string name, std::string description, const TypeInfo* parameters);

  std::string name_;
  std::string description_;
  const TypeInfo* parameters_ = nullptr;
  std::string schema_;
};

}  // namespace instructor
