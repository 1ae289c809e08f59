#include "instructor/mode.hpp"

namespace instructor {

std::string_view to_string(Mode mode) noexcept {
  switch (mode) {
    case Mode::automatic: return "automatic";
    case Mode::tools: return "tools";
    case Mode::tools_strict: return "tools_strict";
    case Mode::parallel_tools: return "parallel_tools";
    case Mode::json: return "json";
    case Mode::json_schema: return "json_schema";
    case Mode::md_json: return "md_json";
    case Mode::responses_tools: return "responses_tools";
  }
  return "unknown";
}

}  // namespace instructor
