// Everything that the served protocols say is valid by the providers' own descriptions, where those are at hand: in
// $INSTRUCTOR_CONFORMANCE, else beside the source.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/codec.hpp"
#include "instructor/testing.hpp"
#include "jsonschema/schema.hpp"
#include "support/wire_cases.hpp"

namespace instructor {
namespace {

using support::Ask;
using support::WireCase;
using testing::ScriptedReply;
using testing::Served;

std::filesystem::path schemas_folder() {
  const char* const folder = std::getenv("INSTRUCTOR_CONFORMANCE");
  return std::filesystem::path(folder != nullptr && *folder != '\0' ? folder : CONFORMANCE_DEFAULT_FOLDER) / "schemas";
}

/// What a provider says of a value.
class Description {
 public:
  explicit Description(const Json& schema) : schema_(schema) { add_keys(schema); }

  /// Other descriptions of the same protocol know keys, too.
  void add_keys_of(const Description& other) { keys_.insert(other.keys_.begin(), other.keys_.end()); }

  void expect_valid(const Json& value, const std::string& what) const {
    Issues issues;
    EXPECT_TRUE(schema_.validate(value, issues)) << what << ": " << encode(value).substr(0, 2000) << '\n'
                                                 << issues.text().substr(0, 1000);
  }

  /// Descriptions rarely forbid what they do not know; a key that is written wrong would go unseen.
  void expect_known_keys(const Json& value, const std::string& what) const {
    // What users' tools take, and what recordings have but descriptions do not.
    static const std::set<std::string> others{"args", "arguments",     "input", "reasoning_content",
                                              "p",    "cached_tokens", "id",    "index"};
    if (value.is_array())
      for (const Json& element : value) expect_known_keys(element, what);
    if (!value.is_object()) return;
    for (const auto& [key, member] : value.items()) {
      if (others.contains(key)) continue;
      EXPECT_TRUE(keys_.contains(key)) << what << ": " << key << " in " << encode(value);
      expect_known_keys(member, what);
    }
  }

 private:
  void add_keys(const Json& schema) {
    if (!schema.is_structured()) return;
    if (schema.is_object() && schema.contains("properties"))
      for (const auto& [key, property] : schema.at("properties").items()) keys_.insert(key);
    for (const Json& member : schema) add_keys(member);
  }

  jsonschema::Schema schema_;
  std::set<std::string> keys_;
};

std::optional<Description> read_schema(const std::string& file) {
  std::ifstream in(schemas_folder() / file, std::ios::binary);
  if (!in) return std::nullopt;
  return Description(decode<Json>(std::string(std::istreambuf_iterator<char>(in), {})).value());
}

class ServedSchemas : public ::testing::TestWithParam<WireCase> {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(schemas_folder()))
      GTEST_SKIP() << "there is no folder " << schemas_folder().string() << "; name one in INSTRUCTOR_CONFORMANCE";
  }

  struct Said {
    const char* what;
    ScriptedReply reply;
    Ask ask;
  };

  static std::vector<Said> everything() {
    const Ask tool{.tools = {"Person"}};
    const Ask tools{.tools = {"a", "b"}, .free = true};
    const char* const answer = R"({"name":"Ada"})";
    Usage usage{
        .input_tokens = 80, .output_tokens = 20, .total_tokens = 100, .cached_tokens = 16, .reasoning_tokens = 5};
    return {{"an answer", answer, {.format = true}},
            {"a call", answer, tool},
            {"several calls", ScriptedReply::calls({{"a", answer}, {"b", "{}"}}), tools},
            {"words", ScriptedReply::says("Hello."), tool},
            {"nothing", ScriptedReply::says(""), {}},
            {"a refusal", ScriptedReply::refuses("Not this."), {}},
            {"a cut call", ScriptedReply::cut(answer, 9), tool},
            {"a cut text", ScriptedReply::cut("Hello.", 2), {}},
            {"thoughts and a call", ScriptedReply(answer).thinks("Who?").usage(usage), tool},
            {"thoughts and words", ScriptedReply::says("Hello.").thinks("Who?").usage(usage), {}}};
  }

  const WireCase& wire() const { return GetParam(); }
};

TEST_P(ServedSchemas, DescribeWholeReplies) {
  const auto schema = read_schema(std::string(wire().schemas) + ".response.json");
  ASSERT_TRUE(schema.has_value());
  for (const Said& said : everything()) {
    const Json body = decode<Json>(said.reply.respond(wire().request(said.ask)).body).value();
    schema->expect_valid(body, said.what);
    schema->expect_known_keys(body, said.what);
  }
}

TEST_P(ServedSchemas, DescribeEveryEvent) {
  std::string file = wire().schemas;
  if (file == "gemini/generateContent") file = "gemini/streamGenerateContent";
  if (file == "bedrock/converse") file = "bedrock/converse-stream";
  auto schema = read_schema(file + ".event.json");
  const auto whole = read_schema(std::string(wire().schemas) + ".response.json");
  ASSERT_TRUE(schema.has_value() && whole.has_value());
  schema->add_keys_of(*whole);
  for (Said& said : everything()) {
    said.ask.stream = true;
    Served served = said.reply.respond(wire().request(said.ask));
    ASSERT_NE(served.stream, nullptr);
    while (const auto part = served.stream->next()) {
      const std::string_view type = served.head.header("content-type");
      const std::vector<support::WireEvent> events = type.starts_with("text/event-stream")
                                                         ? support::read_sse(part->bytes)
                                                     : type == "application/x-ndjson" ? support::read_lines(part->bytes)
                                                                                      : support::read_aws(part->bytes);
      ASSERT_EQ(events.size(), 1u);
      if (events[0].text == "[DONE]") continue;
      // Bedrock's description is of an object with the name of the event.
      const bool named = type == "application/vnd.amazon.eventstream";
      schema->expect_valid(named ? Json::object({{events[0].name, events[0].data}}) : events[0].data, said.what);
      schema->expect_known_keys(events[0].data, said.what);
    }
  }
}

TEST_P(ServedSchemas, DescribeErrors) {
  if (*wire().error_schema == '\0') GTEST_SKIP() << "there is no description of this provider's errors";
  const auto schema = read_schema(wire().error_schema);
  ASSERT_TRUE(schema.has_value());
  for (const int status : {400, 401, 403, 404, 429, 500, 503, 529})
    schema->expect_valid(decode<Json>(ScriptedReply::error(status, "No.").respond(wire().request({})).body).value(),
                         std::to_string(status));
}

INSTANTIATE_TEST_SUITE_P(All, ServedSchemas, ::testing::ValuesIn(support::wire_cases),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace instructor
