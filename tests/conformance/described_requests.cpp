#include "described_requests.hpp"

#include <stdexcept>

#include "schema_validator.hpp"

namespace conformance {

namespace {

void judge(const CallRun& run, const SchemaValidator& description, const RequestRules& rules, Differences& out) {
  for (const SentCall& sent : run.sent) {
    const std::expected<Json, std::string> body = parse_json(sent.body);
    if (!body) {
      out.push_back("the body is " + body.error());
      return;
    }
    for (const std::string& problem : description.problems(*body)) out.push_back(problem);
    for (std::string& problem : rules(run, sent, *body)) out.push_back(std::move(problem));
  }
}

}  // namespace

void run_described_calls(const CallMatrix& matrix, const std::filesystem::path& file, const RequestRules& rules,
                         Report& report) {
  const std::string group = "requests to " + std::string(matrix.provider->name) + ", " + matrix.model;
  const std::expected<Json, std::string> schema = parse_json(read_file(file).value_or(""));
  if (!schema) {
    report.note(group + ": skipped, there is no description of them");
    return;
  }
  const SchemaValidator description(*schema);
  // Members of the wrong type must not pass, or nothing can be told by it.
  if (description.problems(Json{{"messages", 1}, {"contents", 1}}).empty())
    throw std::runtime_error(file.filename().string() + " describes nothing");
  Tally& tally = report.tally(group);
  run_calls(matrix, [&](const CallRun& run) {
    Differences out;
    const bool refused = run.error && run.error->code() == instructor::ErrorCode::invalid_request;
    if (!(run.says_twice && refused)) {
      if (run.error) out.push_back("the call failed: " + run.error->message());
      if (!run.says_twice && run.sent.size() != 4)
        out.push_back("expected 4 requests, there were " + std::to_string(run.sent.size()));
      judge(run, description, rules, out);
    }
    tally.add(run.name, out);
  });
}

instructor::Message own_turn(const instructor::Protocol& protocol, std::string_view body) {
  const instructor::Reply reply = protocol.decode(std::string(body));
  instructor::Message turn = instructor::Message::assistant(reply.text, reply.tool_calls);
  turn.native = reply.native;
  return turn;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos; }

std::vector<std::string> texts_of(const SentCall& sent, instructor::Role role) {
  std::vector<std::string> texts;
  for (const instructor::Message& message : sent.messages) {
    if (message.role != role || is_blank(message.content)) continue;
    const std::expected<Json, std::string> same =
        parse_json(Json(message.content).dump(-1, ' ', false, Json::error_handler_t::replace));
    if (same && *same == message.content) texts.push_back(message.content);
  }
  return texts;
}

void expect_texts(const std::vector<std::string>& texts, std::string_view where, std::string_view said,
                  Differences& out) {
  for (const std::string& text : texts)
    if (said.find(text) == std::string_view::npos) out.push_back(std::string(where) + " lacks " + in_quotes(text));
}

void expect_at(const Json& body, const std::string& pointer, const Json& expected, Differences& out) {
  const Json::json_pointer place(pointer);
  const Json got = body.contains(place) ? body.at(place) : Json();
  if (got != expected)
    out.push_back(pointer + ": expected " + in_quotes(expected.dump()) + ", got " + in_quotes(got.dump()));
}

}  // namespace conformance
