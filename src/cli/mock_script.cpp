#include "cli/mock_script.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/input.hpp"
#include "instructor/codec.hpp"
#include "instructor/dynamic.hpp"

namespace instructor::cli {

namespace {

using testing::ScriptedReply;
using Kind = Misbehaviour::Kind;

struct KindName {
  std::string_view name;
  Kind kind;
};
constexpr std::array kinds{
    KindName{"invalid_first", Kind::invalid_first},
    KindName{"truncated", Kind::truncated},
    KindName{"rate_limit", Kind::rate_limit},
    KindName{"slow", Kind::slow},
    KindName{"malformed", Kind::malformed},
    KindName{"html", Kind::html},
    KindName{"refusal", Kind::refusal},
    KindName{"server_error", Kind::server_error},
    KindName{"no_tool_call", Kind::no_tool_call},
    KindName{"unsupported", Kind::unsupported},
};

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::invalid_configuration, what); }

/// A schema in the words of a message.
std::string schema_in_words(std::string_view conversation) {
  const std::size_t begin = conversation.find("{\"type\"");
  if (begin == std::string_view::npos) return {};
  Decoder<Json> decoder;
  for (std::size_t i = begin; i < conversation.size() && decoder.feed(conversation.substr(i, 1)); ++i)
    if (decoder.done()) return std::string(conversation.substr(begin, i + 1 - begin));
  return {};
}

/// A value for a schema, as JSON text; for any arguments at all where there is none.
std::string value_for(const std::string& schema, std::uint64_t seed) {
  if (schema.empty()) return "{}";
  const auto document = decode<Json>(schema);
  if (!document) fail("the schema is not JSON: " + (*document.error().begin()).text());
  return encode(testing::fake(DynamicModel::from_json_schema(*document), seed));
}

/// The value with nothing in it: whatever must be there is not, and no repair finds it.
std::string spoiled(const std::string& valid) {
  auto value = decode<Json>(valid);
  if (!value || !value->is_object() || value->empty()) return "{}";
  for (Json& member : *value) member = nullptr;
  return encode(*value);
}

std::string text_or_json(const Json& value) { return value.is_string() ? value.get<std::string>() : encode(value); }

/// The number at `key`, if there is one.
std::optional<std::int64_t> read_count(const Json& entry, const char* key, std::int64_t least,
                                       const std::string& where) {
  if (!entry.contains(key)) return std::nullopt;
  const Json& value = entry.at(key);
  if (!value.is_number_integer() || value.get<std::int64_t>() < least)
    fail(where + ": \"" + key + "\" expects an integer from " + std::to_string(least));
  return value.get<std::int64_t>();
}

std::vector<testing::ScriptedCall> read_calls(const Json& entries, const std::string& where) {
  std::vector<testing::ScriptedCall> calls;
  for (const Json& entry : entries) {
    if (!entry.is_object() || !entry.contains("tool") || !entry.at("tool").is_string())
      fail(where + ": \"calls\" expects {\"tool\": name, \"arguments\": {...}} for each call");
    calls.push_back({entry.at("tool").get<std::string>(),
                     entry.contains("arguments") ? text_or_json(entry.at("arguments")) : "{}"});
  }
  return calls;
}

ScriptedReply read_reply(const Json& entry, const std::string& where) {
  const auto text = [&](const char* key) {
    if (!entry.at(key).is_string()) fail(where + ": \"" + key + "\" expects a string");
    return entry.at(key).get<std::string>();
  };
  const auto integer = [&](const char* key, int fallback) {
    if (!entry.contains(key)) return fallback;
    if (!entry.at(key).is_number_integer()) fail(where + ": \"" + key + "\" expects an integer");
    return entry.at(key).get<int>();
  };
  if (entry.contains("answer")) return {text_or_json(entry.at("answer"))};
  if (entry.contains("says")) return ScriptedReply::says(text("says"));
  if (entry.contains("refuses")) return ScriptedReply::refuses(text("refuses"));
  if (entry.contains("cut"))
    return ScriptedReply::cut(text_or_json(entry.at("cut")),
                              static_cast<std::size_t>(std::max(0, integer("bytes", 20))));
  if (entry.contains("calls") && entry.at("calls").is_array())
    return ScriptedReply::calls(read_calls(entry.at("calls"), where));
  if (entry.contains("calls"))
    return ScriptedReply::calls(text("calls"),
                                entry.contains("arguments") ? text_or_json(entry.at("arguments")) : "{}");
  if (entry.contains("repeats")) {
    std::vector<std::string> arguments;
    for (const Json& value : entry.at("repeats")) arguments.push_back(text_or_json(value));
    return ScriptedReply::calls_repeatedly(std::move(arguments));
  }
  if (entry.contains("error")) {
    std::vector<HttpHeader> headers;
    if (entry.contains("retry_after")) headers.push_back({"retry-after", std::to_string(integer("retry_after", 1))});
    return ScriptedReply::error(integer("error", 500), entry.contains("message") ? text("message") : "scripted error",
                                std::move(headers));
  }
  if (entry.contains("body"))
    return ScriptedReply::response(
        integer("status", 200),
        {{"content-type", entry.contains("content_type") ? text("content_type") : std::string("application/json")}},
        text("body"));
  fail(where +
       ": expected one of \"answer\", \"says\", \"refuses\", \"cut\", \"calls\", \"repeats\", \"error\", \"body\"");
}

}  // namespace

Misbehaviour read_misbehaviour(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto found = std::ranges::find(kinds, name, &KindName::name);
  if (found == kinds.end()) {
    std::string list;
    for (const KindName& kind : kinds) list.append(list.empty() ? "" : ", ").append(kind.name);
    fail("--misbehave: unknown kind " + std::string(name) + "; there are " + list);
  }
  Misbehaviour misbehaviour{found->kind, 1};
  if (colon != std::string_view::npos) {
    const std::string_view number = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), misbehaviour.every);
    if (error != std::errc() || end != number.data() + number.size() || misbehaviour.every == 0)
      fail("--misbehave: expected kind or kind:n with a number from 1, got " + std::string(text));
  }
  return misbehaviour;
}

void MockScript::load(const std::string& path) {
  const std::string text = read_text(path);
  std::vector<std::pair<std::string, Json>> replies;
  if (auto whole = decode<Json>(text); whole && whole->is_array()) {
    for (std::size_t i = 0; i < whole->size(); ++i)
      replies.emplace_back(path + ": reply " + std::to_string(i + 1), (*whole)[i]);
  } else {
    std::size_t number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::string_view line = std::string_view(text).substr(begin, end - begin);
      begin = end + 1;
      ++number;
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      auto reply = decode<Json>(line);
      const std::string where = path + ": line " + std::to_string(number);
      if (!reply) fail(where + ": " + (*reply.error().begin()).text());
      replies.emplace_back(where, std::move(*reply));
    }
  }
  if (replies.empty()) fail(path + ": the script has no replies");
  for (const auto& [where, reply] : replies) {
    if (!reply.is_object()) fail(where + ": expected an object");
    Entry entry{{.reply = read_reply(reply, where), .streaming = streaming_}, {}, false};
    if (reply.contains("thinks")) entry.reply.reply.thinks(text_or_json(reply.at("thinks")));
    if (reply.contains("when")) entry.when = text_or_json(reply.at("when"));
    if (const auto delay = read_count(reply, "delay_ms", 0, where))
      entry.reply.delay = Duration::of_milliseconds(*delay);
    MockStreaming& streaming = entry.reply.streaming;
    if (const auto size = read_count(reply, "chunk_size", 1, where))
      streaming.pieces.size = static_cast<std::size_t>(*size);
    if (const auto delay = read_count(reply, "chunk_delay_ms", 0, where))
      streaming.chunk_delay = Duration::of_milliseconds(*delay);
    if (const auto bytes = read_count(reply, "cut_after", 0, where))
      streaming.pieces.cut_after = static_cast<std::size_t>(*bytes);
    entries_.push_back(std::move(entry));
  }
}

MockReply MockScript::answer(const testing::AskedFor& asked) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = ++requests_;
    if (!entries_.empty()) {
      if (auto reply = from_script(asked)) return std::move(*reply);
      return {ScriptedReply::error(500, "the script has no reply for this request"), {}};
    }
  }
  MockReply reply = from_schema(asked, number);
  reply.streaming = streaming_;
  return reply;
}

std::optional<MockReply> MockScript::from_script(const testing::AskedFor& asked) {
  for (Entry& entry : entries_) {
    if (entry.used || asked.conversation.find(entry.when) == std::string::npos) continue;
    entry.used = true;
    return entry.reply;
  }
  return std::nullopt;
}

ScriptedReply MockScript::Valid::reply() const {
  return calls.empty() ? ScriptedReply(content) : ScriptedReply::calls(calls);
}

MockReply MockScript::from_schema(const testing::AskedFor& asked, std::uint64_t number) const {
  Valid valid;
  const std::string schema = !asked.schema.empty() ? asked.schema : schema_in_words(asked.conversation);
  try {
    const std::uint64_t seed = seed_ + number;
    for (const testing::OfferedTool& tool : asked.tools)
      if (asked.several_calls || tool.name == asked.tool())
        valid.calls.push_back({tool.name, value_for(tool.schema, seed)});
    if (!schema.empty() && valid.calls.empty()) valid.content = value_for(schema, seed);
  } catch (const Error& error) {
    return {ScriptedReply::error(400, "the practice server cannot make a value: " + error.message()), {}};
  }
  const bool structured = !valid.calls.empty() || !schema.empty();
  if (!structured) valid.content = "This is the practice server; the request asks for no structure.";
  if (auto reply = misbehave(asked, valid, number)) return std::move(*reply);
  return {structured ? valid.reply() : ScriptedReply::says(valid.content), {}};
}

std::optional<MockReply> MockScript::misbehave(const testing::AskedFor& asked, const Valid& valid,
                                               std::uint64_t number) const {
  for (const Misbehaviour& misbehaviour : misbehaviours_) {
    if (number % misbehaviour.every != 0) continue;
    switch (misbehaviour.kind) {
      case Kind::invalid_first: {
        if (!asked.first_attempt) break;
        Valid spoilt = valid;
        std::string& first = spoilt.calls.empty() ? spoilt.content : spoilt.calls.front().arguments;
        first = spoiled(first);
        return MockReply{spoilt.reply(), {}};
      }
      case Kind::truncated: {
        const std::string& first = valid.calls.empty() ? valid.content : valid.calls.front().arguments;
        return MockReply{ScriptedReply::cut(first, first.size() / 2), {}};
      }
      case Kind::rate_limit:
        return MockReply{ScriptedReply::error(429, "Rate limit reached (practice server).", {{"retry-after", "1"}}),
                         {}};
      case Kind::slow: return MockReply{valid.reply(), Duration::of_seconds(2)};
      case Kind::malformed: return MockReply{.reply = valid.reply(), .malformed = true};
      case Kind::html:
        return MockReply{ScriptedReply::response(200, {{"content-type", "text/html"}},
                                                 "<html><head><title>Welcome to nginx!</title></head></html>"),
                         {}};
      case Kind::refusal: return MockReply{ScriptedReply::refuses("I cannot help with that (practice server)."), {}};
      case Kind::server_error: return MockReply{ScriptedReply::error(500, "Internal error (practice server)."), {}};
      case Kind::no_tool_call: return MockReply{ScriptedReply::says("Sure! Here is what you asked for."), {}};
      case Kind::unsupported: {
        const std::string used = asked.tools.empty() ? asked.format : "tools";
        if (used.empty()) break;
        return MockReply{
            ScriptedReply::error(400, "'" + used + "' is not supported with this model (practice server)."), {}};
      }
    }
  }
  return std::nullopt;
}

}  // namespace instructor::cli
