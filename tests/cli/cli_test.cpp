#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/program.hpp"

namespace instructor {
namespace {

using support::Finished;
using support::PracticeServer;
using support::TemporaryDirectory;

constexpr const char* ticket_schema = R"({
  "title": "Ticket", "description": "A support ticket", "type": "object",
  "properties": {
    "subject": {"type": "string", "minLength": 3},
    "priority": {"enum": ["low", "normal", "high"]},
    "customer": {"$ref": "#/$defs/Customer"},
    "order": {"type": ["string", "null"], "pattern": "^[A-Z]{2}-[0-9]{4}$"}
  },
  "required": ["subject", "priority", "customer"],
  "$defs": {"Customer": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}}
})";

class Cli : public ::testing::Test {
 protected:
  static Finished instructor(std::vector<std::string> arguments, const std::string& input = {},
                             const std::vector<std::string>& environment = {}) {
    arguments.insert(arguments.begin(), INSTRUCTOR_PROGRAM);
    return support::run(arguments, input, environment);
  }

  /// Runs `extract` against a practice server with these options.
  Finished extract(const std::vector<std::string>& server_options, std::vector<std::string> options,
                   const std::string& input = "Some text.") const {
    const PracticeServer server(INSTRUCTOR_PROGRAM, server_options);
    options.insert(options.begin(), {"extract", "-m", "openai/practice", "-s", schema_, "--base-url", server.url()});
    return instructor(options, input, {"OPENAI_API_KEY=practice-key"});
  }

  TemporaryDirectory dir_;
  std::string schema_ = dir_.write("ticket.schema.json", ticket_schema);
};

TEST_F(Cli, HelpsWithoutAKey) {
  for (const char* command : {"extract", "schema", "check", "mock"}) {
    const Finished help = instructor({command, "--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_NE(help.out.find("Usage"), std::string::npos);
  }
  EXPECT_EQ(instructor({"--help"}).status, 0);
  EXPECT_TRUE(instructor({"--version"}).out.starts_with("instructor 0."));
}

TEST_F(Cli, SaysWhatIsWrongWithTheCommandLine) {
  const Finished unknown = instructor({"extrct"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_EQ(unknown.err,
            "instructor: there is no subcommand extrct; there are extract schema dialects providers check mock\n");
  EXPECT_EQ(instructor({}).status, 2);
  EXPECT_EQ(instructor({"extract"}).status, 2);
  EXPECT_EQ(instructor({"check", "--nonsense"}).status, 2);
  const Finished missing = instructor({"check", "-s", dir_ / "none.json"});
  EXPECT_EQ(missing.status, 2);
  EXPECT_NE(missing.err.find("none.json: there is no such file"), std::string::npos) << missing.err;
}

// ---- check and schema --------------------------------------------------------------------------------------------

TEST_F(Cli, ChecksDocuments) {
  const std::string good = dir_.write("good.json", R"({"subject":"abc","priority":"low","customer":{"name":"x"}})");
  const std::string bad = dir_.write("bad.json", R"({"subject":"x","priority":"hihg"})");
  const Finished both = instructor({"check", "-s", schema_, good, bad});
  EXPECT_EQ(both.status, 1);
  EXPECT_EQ(both.out,
            good + ": valid\n" + bad +
                ": 3 issues\n"
                "  /subject   expected at least 3 characters, got 1: \"x\"\n"
                "  /priority  expected one of \"low\", \"normal\", \"high\", got \"hihg\" (did you mean \"high\"?)\n"
                "  /customer  missing: expected object (Customer)\n");
  EXPECT_EQ(instructor({"check", "-s", schema_, good}).status, 0);
  const Finished json = instructor({"check", "-s", schema_, "--json"}, R"({"subject":"abc","priority":"low"})");
  EXPECT_EQ(json.status, 1);
  EXPECT_EQ(
      json.out,
      R"#({"source":"-","valid":false,"issues":[{"path":"/customer","code":"missing","expected":"object (Customer)",)#"
      R"#("text":"missing: expected object (Customer)"}]})#"
      "\n");
}

TEST_F(Cli, SurvivesHostileDocuments) {
  for (const std::string& text :
       {std::string(100'000, '['), std::string("\0\0\0", 3), std::string("\xFF\xFE"), std::string()}) {
    const Finished checked = instructor({"check", "-s", schema_}, text);
    EXPECT_EQ(checked.status, 1);
    EXPECT_LT(checked.out.size(), 1000u);
  }
  EXPECT_EQ(instructor({"check", "-s", dir_.write("deep.json", std::string(100'000, '['))}, "1").status, 2);
  EXPECT_EQ(instructor({"check", "-s", dir_.write("none.json", "\"a string\"")}, "1").status, 2);
}

TEST_F(Cli, ShowsSchemas) {
  const Finished shown = instructor({"schema", schema_}, {}, {"COLUMNS=100"});
  EXPECT_EQ(shown.status, 0);
  EXPECT_NE(shown.out.find("customer.name  string          yes"), std::string::npos) << shown.out;
  const Finished strict = instructor({"schema", schema_, "--dialect", "openai_strict"});
  EXPECT_NE(strict.out.find("\"additionalProperties\": false"), std::string::npos);
  EXPECT_EQ(instructor({"schema", schema_, "--dialect", "none"}).status, 2);
  const Finished text = instructor({"schema", schema_, "--type-text"});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_EQ(text.out, R"(type Customer = { name: string }

// Ticket: A support ticket
{
  subject: string, // at least 3 characters
  priority: "low" | "normal" | "high",
  customer: Customer,
  order?: string | null, // matches /^[A-Z]{2}-[0-9]{4}$/
}
)");
}

TEST_F(Cli, MakesFakesThatAreValid) {
  const Finished fakes = instructor({"schema", schema_, "--fake", "20"});
  EXPECT_EQ(fakes.status, 0);
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < fakes.out.size(); ++lines) {
    const std::size_t end = fakes.out.find('\n', begin);
    EXPECT_EQ(instructor({"check", "-s", schema_}, fakes.out.substr(begin, end - begin)).status, 0);
    begin = end + 1;
  }
  EXPECT_EQ(lines, 20u);
}

// ---- extract -----------------------------------------------------------------------------------------------------

TEST_F(Cli, ExtractsInEveryMode) {
  for (const char* mode : {"automatic", "tools", "json", "json_schema", "md_json"}) {
    const Finished extracted = extract({}, {"--json", "--mode", mode});
    EXPECT_EQ(extracted.status, 0) << mode << extracted.err;
    EXPECT_EQ(instructor({"check", "-s", schema_}, extracted.out).status, 0) << mode << extracted.out;
  }
}

TEST_F(Cli, TellsOfAttempts) {
  const Finished extracted = extract({"--misbehave", "invalid_first"}, {"--verbose"});
  EXPECT_EQ(extracted.status, 0) << extracted.err;
  EXPECT_NE(extracted.err.find("attempt 1: {\"subject\":null"), std::string::npos) << extracted.err;
  EXPECT_NE(extracted.err.find("expected string, got null"), std::string::npos);
  EXPECT_NE(extracted.err.find("attempt 2: valid"), std::string::npos);
  EXPECT_NE(extracted.out.find("subject:"), std::string::npos) << extracted.out;
}

TEST_F(Cli, WritesLinesForSeveralFiles) {
  const std::string a = dir_.write("a.txt", "one");
  const std::string b = dir_.write("b.txt", "two");
  const std::string out = dir_ / "out.jsonl";
  const Finished extracted = extract({}, {"-o", out, a, b});
  EXPECT_EQ(extracted.status, 0) << extracted.err;
  const std::string lines = support::read_file(out);
  EXPECT_NE(lines.find("{\"source\":\"" + a + "\",\"value\":{\"subject\""), std::string::npos) << lines;
  EXPECT_NE(lines.find("{\"source\":\"" + b + "\""), std::string::npos);
  EXPECT_NE(extracted.err.find("2 of 2 documents extracted"), std::string::npos);
  EXPECT_TRUE(extracted.out.starts_with("source")) << extracted.out;
}

TEST_F(Cli, GoesOnAfterADocumentThatFails) {
  const std::string script = dir_.write("script.json", R"([
    {"when": "one", "refuses": "not this one"},
    {"when": "two", "answer": {"subject": "abc", "priority": "low", "customer": {"name": "x"}}}])");
  const Finished extracted =
      extract({"--script", script}, {"--json", dir_.write("a.txt", "one"), dir_.write("b.txt", "two")});
  EXPECT_EQ(extracted.status, 1);
  EXPECT_NE(extracted.err.find("not this one"), std::string::npos) << extracted.err;
  EXPECT_NE(extracted.out.find("\"subject\":\"abc\""), std::string::npos);
}

TEST_F(Cli, SaysWhatIsMisconfigured) {
  const Finished key = instructor({"extract", "-m", "openai/gpt-4o", "-s", schema_}, "x");
  EXPECT_EQ(key.status, 2);
  EXPECT_NE(key.err.find("OPENAI_API_KEY"), std::string::npos) << key.err;
  EXPECT_EQ(instructor({"extract", "-m", "gpt-4o", "-s", schema_}, "x").status, 2);
  EXPECT_EQ(instructor({"extract", "-m", "openai/x", "-s", schema_, "--base-url", "nonsense"}, "x").status, 2);
  EXPECT_EQ(instructor(
                {"extract", "-m", "openai/x", "-s", schema_, "--base-url", "http://127.0.0.1:1", "--mode", "tool"}, "x")
                .status,
            2);
  EXPECT_EQ(instructor({"extract", "-m", "openai/x", "-s", schema_, "--base-url", "http://127.0.0.1:1"}, "x").status,
            1);
}

// ---- the practice server -----------------------------------------------------------------------------------------

struct Misbehaviour {
  const char* kind;
  const char* says;
};

TEST_F(Cli, MeetsEveryMisbehaviourWithAClearError) {
  for (const Misbehaviour& m :
       {Misbehaviour{"truncated", "cut off at the token limit"},
        Misbehaviour{"rate_limit", "HTTP 429: Rate limit reached"},
        Misbehaviour{"malformed", "does not speak this protocol"},
        Misbehaviour{"html", "an HTML page (Welcome to nginx!)"},
        Misbehaviour{"refusal", "the model refused: I cannot help with that"}, Misbehaviour{"server_error", "HTTP 500"},
        Misbehaviour{"no_tool_call", "no tool was called"}}) {
    const Finished extracted = extract({"--misbehave", m.kind}, {"--max-retries", "1"});
    EXPECT_NE(extracted.status, 0) << m.kind;
    EXPECT_NE(extracted.err.find(m.says), std::string::npos) << extracted.err;
    EXPECT_EQ(extracted.err.find("practice-key"), std::string::npos);
  }
}

TEST_F(Cli, PracticeServerIsSlowWhenTold) {
  const Finished extracted = extract({"--misbehave", "slow"}, {"--timeout", "0.1"});
  EXPECT_EQ(extracted.status, 1);
  EXPECT_NE(extracted.err.find("within 100 ms"), std::string::npos) << extracted.err;
}

TEST_F(Cli, PracticeServerWantsItsKey) {
  const Finished extracted = extract({"--key", "another"}, {});
  EXPECT_EQ(extracted.status, 2);
  EXPECT_NE(extracted.err.find("HTTP 401"), std::string::npos) << extracted.err;
  EXPECT_EQ(extract({"--key", "practice-key"}, {}).status, 0);
}

TEST_F(Cli, PracticeServerSaysWhatIsWrongWithAScript) {
  const Finished bad = instructor({"mock", "--script", dir_.write("s.json", R"([{"answer": {}}, {"anwser": {}}])")});
  EXPECT_EQ(bad.status, 2);
  EXPECT_NE(bad.err.find("s.json: reply 2: expected one of \"answer\""), std::string::npos) << bad.err;
  EXPECT_EQ(instructor({"mock", "--misbehave", "badly"}).status, 2);
  EXPECT_EQ(instructor({"mock", "--script", dir_.write("t.json", "{\"answer\": 1}\n{\"answer\"")}).status, 2);
}

TEST_F(Cli, PracticeServerEndsOnSigterm) {
  PracticeServer server(INSTRUCTOR_PROGRAM, {});
  EXPECT_EQ(server.stop(), 0);
}

}  // namespace
}  // namespace instructor
