#include <array>

#include "section.hpp"

namespace conformance {

std::span<const Section> all_sections() {
  static constexpr std::array sections{
      Section{"JSON parsing", "suites/json-parsing", run_json_parsing},
      Section{"partial JSON", "suites/partial-json", run_partial_json},
      Section{"mended JSON", "suites/json-repair", run_mended_json},
      Section{"understood values", "suites/schema-guided", run_understood_values},
      Section{"JSON Schema", "suites/json-schema-test-suite", run_json_schema_suite},
      Section{"real schemas", "suites/json-schema-bench", run_json_schema_bench},
      Section{"lowered schemas", "schemas", run_lowered_schemas},
      Section{"chat requests", "schemas", run_chat_requests},
      Section{"messages requests", "schemas", run_messages_requests},
      Section{"responses requests", "schemas", run_responses_requests},
      Section{"Converse requests", "schemas/bedrock", run_converse_requests},
      Section{"Gemini requests", "schemas", run_gemini_requests},
      Section{"Cohere requests", "schemas/cohere", run_cohere_requests},
      Section{"Ollama requests", "schemas/ollama", run_ollama_requests},
      Section{"recorded replies", "cassettes", run_cassettes},
      Section{"AWS signatures", "suites/aws-sigv4", run_aws_signatures},
      Section{"AWS event streams", "suites/aws-eventstream", run_aws_streams},
  };
  return sections;
}

}  // namespace conformance
