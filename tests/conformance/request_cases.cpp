#include "request_cases.hpp"

#include <cstdint>
#include <limits>

#include <nlohmann/json.hpp>

#include <instructor/dynamic.hpp>

#include "request_models.hpp"

namespace conformance {

namespace {

using instructor::Client;
using instructor::Error;
using instructor::Message;
using instructor::Request;

template <class T>
ModelCase type_case(std::string name, bool in_all_variants = false) {
  ModelCase out;
  out.name = std::move(name);
  out.in_all_variants = in_all_variants;
  out.valid_answer = [] { return instructor::encode(instructor::testing::fake<instructor::detail::Asked<T>>(1)); };
  out.ask = [](const Client& client, const Request& request) -> std::optional<Error> {
    auto value = client.try_create<T>(request);
    if (value) return std::nullopt;
    return value.error();
  };
  return out;
}

ModelCase schema_case(std::string name, const char* schema) {
  ModelCase out;
  out.name = std::move(name);
  out.valid_answer = [schema] {
    const auto model = instructor::DynamicModel::from_json_schema(schema);
    return instructor::testing::fake_json(model.asked_type(), 1);
  };
  out.ask = [schema](const Client& client, const Request& request) -> std::optional<Error> {
    try {
      client.create(instructor::DynamicModel::from_json_schema(schema), request);
      return std::nullopt;
    } catch (const Error& error) {
      return error;
    }
  };
  return out;
}

instructor::Json object(const char* key, instructor::Json value) {
  instructor::Json out = instructor::Json::object();
  out[key] = std::move(value);
  return out;
}

}  // namespace

std::vector<ModelCase> model_cases() {
  using namespace models;
  std::vector<ModelCase> cases;
  cases.push_back(type_case<Flat>("Flat"));
  cases.push_back(type_case<Ticket>("Ticket", true));
  cases.push_back(type_case<Network>("Network"));
  cases.push_back(type_case<Tree>("Tree"));
  cases.push_back(type_case<Chain>("Chain"));
  cases.push_back(type_case<Optionals>("Optionals"));
  cases.push_back(type_case<Containers>("Containers"));
  cases.push_back(type_case<Numbers>("Numbers"));
  cases.push_back(type_case<Constrained>("Constrained"));
  cases.push_back(type_case<Described>("Described"));
  cases.push_back(type_case<Keywords>("Keywords"));
  cases.push_back(type_case<Page<Flat>>("Page<Flat>"));
  cases.push_back(type_case<Page<Page<Priority>>>("Page<Page<Priority>>"));
  cases.push_back(type_case<Deep>("Deep"));
  cases.push_back(type_case<Empty>("Empty"));
  cases.push_back(
      type_case<ANameThatIsLongerThanTheSixtyFourCharactersWhichProvidersAllowForTheNameOfATool>("long name"));
  cases.push_back(type_case<Wide>("Wide"));
  cases.push_back(type_case<std::vector<Flat>>("vector<Flat>", true));
  cases.push_back(type_case<int>("int"));
  cases.push_back(type_case<bool>("bool"));
  cases.push_back(type_case<std::string>("string"));
  cases.push_back(type_case<Priority>("enum"));
  cases.push_back(type_case<std::optional<Flat>>("optional<Flat>"));
  cases.push_back(type_case<std::map<std::string, int>>("map<string, int>"));
  cases.push_back(type_case<std::tuple<int, std::string>>("tuple<int, string>"));
  cases.push_back(type_case<instructor::Json>("Json"));
  cases.push_back(schema_case("schema with an odd title", R"({"title":"Support ticket (v2) – ünïcode","type":"object",
    "properties":{"id":{"type":"integer"},"notes":{"type":"array","items":{"type":"string"}}},"required":["id"]})"));
  cases.push_back(schema_case("schema of a list", R"({"type":"array","items":{"type":"string","enum":["a","b"]}})"));
  return cases;
}

std::vector<NamedRequest> system_cases() {
  return {
      {"no system", [](Request&) {}},
      {"system", [](Request& request) { request.system("You read mails. Answer in English."); }},
      {"two systems", [](Request& request) { request.system("First.").system("Second."); }},
  };
}

std::vector<NamedRequest> conversation_cases() {
  return {
      {"one message", [](Request& request) { request.user("Jason is 25 years old"); }},
      {"several turns",
       [](Request& request) {
         request.user("Who is Jason?").assistant("A colleague of mine.").user("Good. How old is he?");
       }},
      {"ends with the assistant", [](Request& request) { request.user("Who is Jason?").assistant("Jason is"); }},
      {"earlier tool calls",
       [](Request& request) {
         request.user("What is the weather in Oslo and in Rome?")
             .message(Message::assistant(
                 "", {{"call_a", "weather", R"({"city":"Oslo"})"}, {"call_b", "weather", R"({"city":"Rome"})"}}))
             .message(Message::tool("call_a", "weather", "rain"))
             .message(Message::tool("call_b", "weather", R"({"sky":"clear"})"))
             .user("Now as a table.");
       }},
      {"odd characters",
       [](Request& request) {
         request.user("\"quotes\" \\ back\\slash\r\n\ttab \x01\x1F\x7F NUL[" + std::string(1, '\0') +
                      "] \xE2\x82\xAC \xF0\x9F\x98\x80 \xE2\x80\xA8 </script> ``` {{x}} %s");
       }},
  };
}

std::vector<NamedRequest> option_cases() {
  return {
      {"no options", [](Request&) {}},
      {"options",
       [](Request& request) {
         request.temperature(0.2).top_p(0.9).max_tokens(256).seed(7).stop_sequences({"\n\n", "END"});
       }},
      {"extreme options",
       [](Request& request) {
         request.temperature(2)
             .top_p(0)
             .max_tokens(std::numeric_limits<std::int32_t>::max())
             .seed(std::numeric_limits<std::int64_t>::min())
             .stop_sequences({"a", "\"", "\xE2\x82\xAC", "```"});
       }},
      {"extra",
       [](Request& request) {
         request.temperature(0).extra(object("user", "u-\"1\"")).extra(object("presence_penalty", -0.5));
       }},
  };
}

std::vector<NamedRequest> repeated_option_cases() {
  return {
      {"extra twice", [](Request& request) { request.extra(object("user", "a")).extra(object("user", "b")); }},
      {"extra of what was set", [](Request& request) { request.temperature(0.5).extra(object("temperature", 1)); }},
  };
}

}  // namespace conformance
