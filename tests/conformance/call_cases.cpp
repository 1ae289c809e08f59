#include "call_cases.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include <instructor/client.hpp>
#include <instructor/parallel.hpp>
#include <instructor/testing.hpp>
#include <instructor/tool.hpp>

#include "provider/model_traits.hpp"
#include "request_models.hpp"

namespace conformance {

namespace {

using instructor::Backend;
using instructor::BackendInfo;
using instructor::Call;
using instructor::CallOptions;
using instructor::Client;
using instructor::Delta;
using instructor::Error;
using instructor::FinishReason;
using instructor::Message;
using instructor::Mode;
using instructor::OutputSpec;
using instructor::Reply;
using instructor::Request;
using instructor::Tool;
using instructor::ToolCall;

// ---- what the model says -----------------------------------------------------------------------------------------

/// An answer of the model's to a call.
using Answer = std::function<Reply(const Call&)>;

Reply says(std::string text) {
  Reply reply;
  reply.text = std::move(text);
  reply.finish_reason = FinishReason::stop;
  return reply;
}

Reply calls(std::vector<ToolCall> tool_calls, std::string text = {}) {
  Reply reply = says(std::move(text));
  reply.tool_calls = std::move(tool_calls);
  reply.finish_reason = FinishReason::tool_calls;
  return reply;
}

/// The answer is the arguments of the first tool.
bool is_by_tool(const Call& call) {
  return call.mode == Mode::tools || call.mode == Mode::tools_strict || call.mode == Mode::parallel_tools ||
         call.mode == Mode::responses_tools;
}

/// The answer where the call wants it.
Reply answers(const Call& call, const std::string& json) {
  if (is_by_tool(call)) return calls({{"call_1", std::string(call.tools.front().name), json}});
  return says(call.mode == Mode::md_json ? "```json\n" + json + "\n```" : json);
}

struct NamedAnswer {
  std::string name;
  Answer answer;
};

std::vector<NamedAnswer> failed_answers(const CallMatrix& matrix) {
  const auto first_tool = [](const Call& call) {
    return is_by_tool(call) ? std::string(call.tools.front().name) : std::string("Answer");
  };
  std::vector<NamedAnswer> out{
      {"a list", [](const Call& call) { return answers(call, "[]"); }},
      {"cut off", [](const Call& call) { return answers(call, R"({"nonsense": [1, 2)"); }},
      {"talk", [](const Call&) { return says("I would rather talk about \"that\".\nReally. \n"); }},
      {"silence", [](const Call&) { return says(""); }},
      {"blanks", [](const Call&) { return says(" \n"); }},
      {"another tool", [](const Call&) { return calls({{"call_1", "no_such_tool", R"({"x":1})"}}); }},
      {"several calls",
       [=](const Call& call) {
         return calls({{"call_a", first_tool(call), "[]"},
                       {"call_b", first_tool(call), R"({"a":1})"},
                       {"call_c", first_tool(call), "[]"}});
       }},
      {"talk and a call", [=](const Call& call) { return calls({{"call_1", first_tool(call), "7"}}, "Let me see. "); }},
      {"a call without name", [](const Call&) { return calls({{"call_1", "", R"({"a":1})"}}); }},
      {"a call of an odd name", [](const Call&) { return calls({{"call_1", "w\xC3\xA9ird name!\n", "{}"}}); }},
      {"a call without arguments", [=](const Call& call) { return calls({{"call_1", first_tool(call), ""}}); }},
      {"arguments that are no UTF-8",
       [=](const Call& call) { return calls({{"call_1", first_tool(call), "{\"a\":\"\xFF\xC0\"}"}}); }},
  };
  for (std::size_t i = 0; i < matrix.own_turns.size(); ++i)
    out.push_back({"own turn " + std::to_string(i + 1), [turn = matrix.own_turns[i]](const Call&) {
                     Reply reply = calls(turn.tool_calls, turn.content);
                     reply.native = turn.native;
                     return reply;
                   }});
  return out;
}

// ---- the engine in front of a protocol ---------------------------------------------------------------------------

/// The whole reply at once.
class WholeStream final : public instructor::ReplyStream {
 public:
  explicit WholeStream(Reply reply) : reply_(std::move(reply)) {}

  bool next(std::vector<Delta>& deltas) override {
    deltas.clear();
    if (std::exchange(given_, true)) return false;
    if (!reply_.text.empty()) deltas.push_back({Delta::Kind::text, 0, reply_.text});
    for (std::size_t i = 0; i < reply_.tool_calls.size(); ++i)
      deltas.push_back({Delta::Kind::arguments, i, reply_.tool_calls[i].arguments});
    return true;
  }
  const Reply& reply() const override { return reply_; }
  Reply take_reply() override { return std::move(reply_); }

 private:
  Reply reply_;
  bool given_ = false;
};

WantedOutput wanted(const OutputSpec& output) {
  return {std::string(output.name), std::string(output.description), std::string(output.schema), output.strict};
}

/// Has each call encoded, keeps it, and answers by a script.
class Keeper final : public Backend {
 public:
  Keeper(const CallMatrix& matrix, const instructor::Protocol& protocol, instructor::WireSettings settings,
         std::vector<SentCall>& sent, std::vector<Answer> script)
      : matrix_(matrix), protocol_(protocol), settings_(settings), sent_(sent), script_(std::move(script)) {}

  std::string_view name() const override { return matrix_.provider->name; }
  BackendInfo info(std::string_view model, const CallOptions& options) const override {
    BackendInfo info = instructor::info_for(*matrix_.provider, model);
    info.forces_tools = info.forces_tools && protocol_.can_force_tools(options);
    return info;
  }
  Reply complete(const Call& call) const override {
    const Answer& answer = script_.at(std::min(sent_.size(), script_.size() - 1));
    Call taken = call;
    CallOptions options = *call.options;
    instructor::leave_out_refused(*matrix_.provider, call.model, options);
    taken.options = &options;
    SentCall& kept = sent_.emplace_back();
    kept.output = wanted(call.output);
    kept.format = call.format;
    for (const OutputSpec& tool : call.tools) kept.tools.push_back(wanted(tool));
    kept.choice = call.choice;
    kept.provider_tools.assign(call.provider_tools.begin(), call.provider_tools.end());
    for (const Message* const message : call.messages) kept.messages.push_back(*message);
    kept.options = options;
    kept.stream = call.stream;
    kept.path = protocol_.path(taken, settings_);
    protocol_.add_headers(taken, kept.headers);
    protocol_.encode(taken, settings_, kept.body);
    return answer(call);
  }
  std::unique_ptr<instructor::ReplyStream> stream(const Call& call, std::function<void()>) const override {
    return std::make_unique<WholeStream>(complete(call));
  }
  std::string fingerprint(const Call& call) const override { return std::string(call.model); }
  const std::shared_ptr<instructor::Transport>& transport() const override { return no_transport_; }
  std::shared_ptr<const Backend> over(std::shared_ptr<instructor::Transport>) const override {
    return std::make_shared<Keeper>(*this);
  }

 private:
  const CallMatrix& matrix_;
  const instructor::Protocol& protocol_;
  instructor::WireSettings settings_;
  std::vector<SentCall>& sent_;
  std::vector<Answer> script_;
  std::shared_ptr<instructor::Transport> no_transport_;
};

// ---- what the user says ------------------------------------------------------------------------------------------

std::vector<NamedRequest> conversations(const CallMatrix& matrix) {
  std::vector<NamedRequest> out = conversation_cases();
  out.push_back({"begins with the assistant",
                 [](Request& request) { request.assistant("How can I help?").user("Tell me about Jason."); }});
  out.push_back({"two users and two assistants in a row", [](Request& request) {
                   request.user("Jason").user("is 25").assistant("Noted.").assistant("And?").user("That is all.");
                 }});
  out.push_back({"empty and blank texts", [](Request& request) {
                   request.user("").user("Who is Jason?").assistant("").assistant(" \n").user(" \t").user("Well?");
                 }});
  out.push_back({"a system message in the middle", [](Request& request) {
                   request.user("Who is Jason?")
                       .assistant("A colleague.")
                       .message(Message::system("From now on, be brief."))
                       .user("His age?");
                 }});
  out.push_back({"tools of another provider", [](Request& request) {
                   request.user("Look it up.")
                       .message(Message::assistant("I will. ", {{"call:1/\xC3\xA9", "look up!", R"({"q":"Jason"})"},
                                                                {"call:2", "n\xC3\xA4me", "no JSON"},
                                                                {"call:3", "", ""}}))
                       .message(Message::tool_error("call:1/\xC3\xA9", "look up!", "not found"))
                       .message(Message::tool("call:2", "n\xC3\xA4me", ""))
                       .message(Message::tool("call:3", "", "[1,2]"))
                       .user("Then guess.");
                 }});
  out.push_back({"ends with results of tools", [](Request& request) {
                   request.user("Look it up.")
                       .message(Message::assistant("", {{"call_1", "search", R"({"q":"Jason"})"}}))
                       .message(Message::tool("call_1", "search", "Jason is 25 years old."));
                 }});
  out.push_back(
      {"results without calls", [](Request& request) {
         request.user("Look it up.").message(Message::tool("call_9", "search", "Jason is 25.")).user("Go on.");
       }});
  out.push_back({"no UTF-8", [](Request& request) { request.user("Jason \xFF\xC0\xAF is \xED\xA0\x80 25"); }});
  for (std::size_t i = 0; i < matrix.own_turns.size(); ++i)
    out.push_back({"own turn " + std::to_string(i + 1), [turn = matrix.own_turns[i]](Request& request) {
                     request.user("Who is Jason?").message(turn);
                     for (const ToolCall& call : turn.tool_calls)
                       request.message(Message::tool(call.id, call.name, "Jason is 25 years old."));
                     request.user("And how old?");
                   }});
  return out;
}

std::vector<NamedRequest> options_of(const CallMatrix& matrix) {
  std::vector<NamedRequest> out{
      {"no options", [](Request&) {}},
      {"options", [](Request& request) { request.temperature(0.2).max_tokens(256).seed(7).stop_sequences({"END"}); }},
      {"extreme options",
       [](Request& request) {
         request.temperature(0)
             .top_p(1)
             .max_tokens(std::numeric_limits<std::int32_t>::max())
             .stop_sequences({"a", "\"", "\xE2\x82\xAC", "```"});
       }},
  };
  out.insert(out.end(), matrix.own_options.begin(), matrix.own_options.end());
  return out;
}

/// Tools beside the answer. They and the answer are told apart by name, so none is called like a type.
std::vector<NamedRequest> tool_cases(const CallMatrix& matrix) {
  const auto own_tools = [](Request& request) {
    instructor::Json schema = instructor::Json::parse(
        R"({"type":"object","properties":{"place":{"type":"string"},"days":{"type":"integer"}},"required":["place"]})");
    request.tool(Tool::of<models::Address>("look_up_address", "Who lives \"there\"."))
        .tool(Tool::with_schema("weather", "", schema));
  };
  std::vector<NamedRequest> out{{"no tools", [](Request&) {}}, {"own tools", own_tools}};
  if (matrix.provider_tools.empty()) return out;
  const auto provider_tools = [tools = matrix.provider_tools](Request& request) {
    for (const std::string& tool : tools) request.provider_tool(instructor::Json::parse(tool));
  };
  out.push_back({"provider tools", provider_tools});
  out.push_back({"own and provider tools", [=](Request& request) {
                   own_tools(request);
                   provider_tools(request);
                 }});
  return out;
}

// ---- what is asked for -------------------------------------------------------------------------------------------

/// A ModelCase, and the modes that it is for.
struct Asked {
  ModelCase model;
  bool parallel = false;
};

std::vector<Asked> asked_types() {
  std::vector<Asked> out;
  for (ModelCase& model : model_cases()) {
    // One with all of everything is enough here: what types differ in is the schema.
    model.in_all_variants = model.name == "Ticket";
    out.push_back({std::move(model)});
  }
  ModelCase may_call;
  may_call.name = "Ticket, tools may be called";
  may_call.valid_answer = [] { return instructor::encode(instructor::testing::fake<models::Ticket>(1)); };
  may_call.ask = [](const Client& client, const Request& request) -> std::optional<Error> {
    try {
      client.create_or_call<models::Ticket>(request);
      return std::nullopt;
    } catch (const Error& error) {
      return error;
    }
  };
  out.push_back({std::move(may_call)});
  ModelCase several;
  several.name = "Flat and Ticket";
  several.in_all_variants = true;
  several.valid_answer = [] { return instructor::encode(instructor::testing::fake<models::Flat>(1)); };
  several.ask = [](const Client& client, const Request& request) -> std::optional<Error> {
    try {
      client.create_parallel<models::Flat, models::Ticket>(request);
      return std::nullopt;
    } catch (const Error& error) {
      return error;
    }
  };
  out.push_back({std::move(several), true});
  return out;
}

class Runner {
 public:
  Runner(const CallMatrix& matrix, const std::function<void(const CallRun&)>& judge)
      : matrix_(matrix),
        protocol_(matrix.protocol != nullptr ? *matrix.protocol
                                             : *instructor::find_protocol(matrix.provider->protocol)),
        settings_(instructor::settings_for(*matrix.provider, matrix.provider->settings, matrix.model)),
        judge_(judge) {
    if (modes_.empty())
      for (const Mode mode : instructor::info_for(*matrix.provider, matrix.model).modes)
        if (mode != Mode::responses_tools) modes_.push_back(mode);
  }

  /// Each type in each mode after each answer that is not valid, with everything else taking turns; some types with all
  /// of everything else.
  void run_all() {
    for (const Asked& asked : types_)
      for (const Mode mode : modes_) {
        if (asked.parallel != (mode == Mode::parallel_tools)) continue;
        const Case base{&asked.model, mode};
        for (const NamedAnswer& failure : failures_) run_turn(base, failure);
        if (asked.model.in_all_variants) run_variants(base);
      }
    for (const Mode mode : modes_)
      for (const NamedRequest& options : twice_) {
        if (mode == Mode::parallel_tools) continue;
        Case now{&types_.front().model, mode};
        now.says_twice = true;
        run(now, systems_.front(), conversations_.front(), options, tools_.front(), failures_.front());
      }
  }

 private:
  struct Case {
    const ModelCase* model;
    Mode mode;
    bool says_twice = false;
  };

  /// Another one each time, and over time every pair of them.
  template <class T>
  const T& next_of(const std::vector<T>& list, std::size_t& round) {
    const T& one = list[round % list.size()];
    round /= list.size();
    return one;
  }

  void run_turn(const Case& now, const NamedAnswer& failure) {
    std::size_t round = turn_ * 7919;  // a prime larger than any list: not always the same ones together
    const NamedRequest& system = next_of(systems_, round);
    const NamedRequest& conversation = next_of(conversations_, round);
    const NamedRequest& options = next_of(options_, round);
    run(now, system, conversation, options, next_of(tools_, round), failure);
  }

  void run_variants(const Case& now) {
    for (const NamedRequest& system : systems_)
      for (const NamedRequest& conversation : conversations_)
        for (const NamedRequest& tools : tools_)
          run(now, system, conversation, options_[turn_ % options_.size()], tools, failures_.front());
  }

  void run(const Case& now, const NamedRequest& system, const NamedRequest& conversation, const NamedRequest& options,
           const NamedRequest& tools, const NamedAnswer& failure) {
    const bool streamed = turn_++ % 2 == 1;
    Request request;
    system.add(request);
    conversation.add(request);
    options.add(request);
    tools.add(request);
    request.mode(now.mode).model(matrix_.model).fail_fast(streamed);

    CallRun run;
    run.name = now.model->name + ", " + std::string(to_string(now.mode)) + ", " + system.name + ", " +
               conversation.name + ", " + options.name + ", " + tools.name + ", after " + failure.name +
               (streamed ? ", streamed" : "");
    run.provider = matrix_.provider;
    run.settings = settings_;
    run.model = matrix_.model;
    run.mode = now.mode;
    run.request = &request;
    run.says_twice = now.says_twice;
    // More failures than the history holds.
    const Answer text = [](const Call& call) { return answers(call, "\"text\""); };
    const Answer good = [&](const Call& call) { return answers(call, now.model->valid_answer()); };
    const auto keeper = std::make_shared<Keeper>(matrix_, protocol_, settings_, run.sent,
                                                 std::vector<Answer>{failure.answer, text, failure.answer, good});
    // What is wrong with an answer is to be asked about, not repaired.
    const auto strict = instructor::ClientOptions().defaults(Request().repair(instructor::RepairLevel::none));
    run.error = now.model->ask(Client(keeper, strict), request);
    if (run.error && run.error->code() == instructor::ErrorCode::unsupported_schema && run.sent.empty()) return;
    judge_(run);
  }

  const CallMatrix& matrix_;
  const instructor::Protocol& protocol_;
  const instructor::WireSettings settings_;
  const std::function<void(const CallRun&)>& judge_;
  std::vector<Mode> modes_ = matrix_.modes;
  const std::vector<Asked> types_ = asked_types();
  const std::vector<NamedRequest> systems_ = system_cases();
  const std::vector<NamedRequest> conversations_ = conversations(matrix_);
  const std::vector<NamedRequest> options_ = options_of(matrix_);
  const std::vector<NamedRequest> twice_ = {repeated_option_cases().back()};
  const std::vector<NamedRequest> tools_ = tool_cases(matrix_);
  const std::vector<NamedAnswer> failures_ = failed_answers(matrix_);
  std::size_t turn_ = 0;
};

}  // namespace

void run_calls(const CallMatrix& matrix, const std::function<void(const CallRun&)>& judge) {
  Runner(matrix, judge).run_all();
}

}  // namespace conformance
