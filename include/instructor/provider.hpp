#pragma once

// Providers as data: one row each. `instructor providers` prints them, docs/providers.md is compared with them.
//
// A provider that speaks a known protocol is one row more, also in a program:
//
//   instructor::register_provider({.name = "acme",
//                                  .base_url = "https://llm.acme.example/v1",
//                                  .key_variables = "ACME_API_KEY",
//                                  .modes = instructor::modes::tools_first});
//   auto client = instructor::from_provider("acme/large-2");

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "instructor/dialect.hpp"
#include "instructor/mode.hpp"

namespace instructor {

/// How providers that speak one protocol spell it. Each protocol heeds those that it knows.
struct WireSettings {
  /// OpenAI chat: how a JSON Schema is asked for.
  enum class SchemaForm : std::uint8_t {
    named,        ///< {"type":"json_schema","json_schema":{"name","schema","strict"}}
    unnamed,      ///< {"type":"json_schema","json_schema":{"schema"}}
    json_object,  ///< {"type":"json_object","schema"}
  };

  std::string_view max_tokens_key = "max_tokens";
  std::int64_t default_max_tokens = 0;  ///< sent when the caller sets none; 0: nothing is sent
  std::string_view seed_key = "seed";
  std::string_view system_role = "system";
  std::string_view any_tool = "required";  ///< the word for "call any of the tools"; empty: there is none
  bool names_tool = true;                  ///< one tool can be named; else the model is asked for any of them
  SchemaForm schema_form = SchemaForm::named;
  bool strict_tools = true;        ///< a tool definition may say "strict"
  bool indexed_calls = false;      ///< OpenAI chat: the calls of a message say their `index`
  bool stream_usage = true;        ///< the usage of a stream has to be asked for
  bool json_schemas = false;       ///< Gemini: schemas are JSON Schema, not the subset of OpenAPI
  std::string_view path{};         ///< OpenAI chat: below the base URL, with `{model}`; empty: `/chat/completions`
  std::string_view api_version{};  ///< Azure: `api-version` in the query; empty: there is none
};

/// How a provider takes schemas. Null: not at all.
struct SchemaDialects {
  const Dialect* tools = &dialect::openai_tools;   ///< of tools
  const Dialect* strict_tools = nullptr;           ///< of tools, enforced
  const Dialect* format = &dialect::openai_tools;  ///< of the answer's text
  const Dialect* strict_format = nullptr;          ///< of the answer's text, enforced
};

/// How a request shows who sends it.
enum class KeyPlace : std::uint8_t {
  none,
  bearer,        ///< Authorization: Bearer KEY
  header,        ///< in the header `Provider::key_header`
  aws,           ///< signed with AWS credentials (Signature Version 4), or a Bedrock API key
  google_cloud,  ///< a token got with a service account, application-default credentials or the metadata server
};

/// Something that a provider has to be told beside a key: a region, a project. It stands in `{name}` of the base URL
/// and of headers.
struct ProviderParameter {
  std::string_view name;         ///< as in ClientOptions::parameter
  std::string_view variables{};  ///< environment variables that hold it, separated by spaces; the first that is set
  std::string_view value{};      ///< what it is otherwise
  bool required = false;         ///< there is no such
};

struct ProviderHeader {
  std::string_view name;
  std::string_view value;  ///< with `{parameter}`s; a header is not sent when one of them is empty
};

/// One provider.
struct Provider {
  std::string_view name{};     ///< before the slash
  std::string_view aliases{};  ///< other names, separated by spaces
  std::string_view protocol = "openai_chat";
  std::string_view base_url{};            ///< empty: it must be given
  std::string_view base_url_variables{};  ///< environment variables that override it, separated by spaces
  std::string_view base_url_suffix{};     ///< what its path must end with; added where it is not there
  std::string_view key_variables{};       ///< environment variables that hold the key, separated by spaces
  KeyPlace key_place = KeyPlace::bearer;
  std::string_view key_header{};
  bool key_required = true;
  std::span<const ProviderParameter> parameters{};
  std::span<const ProviderHeader> headers{};
  std::string_view idempotency_header{};  ///< by which it knows a request that is sent again; empty: it has none
  std::span<const Mode> modes{};          ///< the strongest first: the first that a type allows is the default
  SchemaDialects dialects{};
  WireSettings settings{};
  std::string_view host_marks{};  ///< how hosts of this provider end, or `host:port`; separated by spaces
  std::string_view source{};      ///< where that was read
  std::string_view read{};        ///< and when: `2026-11`
};

/// Lists of modes that many providers share.
namespace modes {
/// An OpenAI-compatible server with everything.
inline constexpr std::array tools_first{Mode::tools,   Mode::json_schema,  Mode::json,
                                        Mode::md_json, Mode::tools_strict, Mode::parallel_tools};
}  // namespace modes

/// The row with this name or alias, or null. Rows live as long as the program.
const Provider* find_provider(std::string_view name);

/// All rows: those of the library in the order of docs/providers.md, then those registered.
std::vector<const Provider*> all_providers();

/// Adds a row, or replaces one that was registered before; clients that exist keep theirs. The texts and lists in it
/// are copied, the dialects must live as long as the program. Safe from many threads. Throws Error
/// (`invalid_configuration`) for a row without name, protocol or modes, and for a name of the library's own.
void register_provider(const Provider& row);

/// Whose base URL that is, by its host: `https://api.groq.com/openai/v1` is groq's. Null: nobody's that is known.
const Provider* detect_provider(std::string_view base_url);

/// What some models of a provider do not take, or take in another way.
enum class Quirk : std::uint8_t {
  max_completion_tokens,  ///< the longest answer is called `max_completion_tokens`
  developer_role,         ///< system messages have the role `developer`
  user_role,              ///< there are no system messages: they become user messages
  no_temperature,         ///< `temperature` is refused; it is left out, and the completion's notes say so
  no_top_p,
  no_stop,
  no_seed,
  one_of_temperature_and_top_p,  ///< not both; `top_p` is left out
  no_forced_tools,               ///< it cannot be made to call a tool; it is told to
  no_tools,                      ///< Mode::tools and its like are not offered
  no_strict_tools,               ///< tools are not enforced
  no_json_schema,                ///< Mode::json_schema is not offered
  no_json,                       ///< Mode::json is not offered
};
std::string_view to_string(Quirk quirk) noexcept;
/// In words.
std::string_view explanation(Quirk quirk) noexcept;

/// One row of the table of quirks.
struct ModelQuirk {
  std::string_view provider;  ///< `*`: any
  std::string_view models;    ///< patterns with `*`, separated by spaces; `!` before them: all others
  Quirk quirk;
  std::string_view source;
  std::string_view read;  ///< `2026-11`
};
std::span<const ModelQuirk> model_quirks();

}  // namespace instructor
