#include "instructor/tool.hpp"

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"

namespace instructor {

Tool::Tool(std::string name, std::string description, const TypeInfo* parameters)
    : name_(std::move(name)), description_(std::move(description)), parameters_(parameters) {}
Tool::Tool(const Tool&) = default;
Tool::Tool(Tool&&) noexcept = default;
Tool& Tool::operator=(const Tool&) = default;
Tool& Tool::operator=(Tool&&) noexcept = default;
Tool::~Tool() = default;

Tool Tool::with_schema(std::string name, std::string description, const Json& schema) {
  Tool tool(std::move(name), std::move(description), nullptr);
  tool.schema_ = encode(schema);
  return tool;
}

}  // namespace instructor
