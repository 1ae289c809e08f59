#include "engine/attempts.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/answer.hpp"
#include "engine/asking.hpp"
#include "engine/parallel.hpp"
#include "engine/prompt.hpp"
#include "engine/unsupported.hpp"
#include "instructor/codec.hpp"
#include "instructor/json.hpp"
#include "instructor/lowering.hpp"
#include "instructor/type_text.hpp"
#include "json/close.hpp"
#include "model/decode.hpp"

namespace instructor::engine {

namespace {

std::string list_of(const ModeList& modes) {
  std::string list;
  for (const Mode mode : modes) {
    if (!list.empty()) list += ", ";
    list += to_string(mode);
  }
  return list;
}

/// 12345 as 12,345.
std::string with_thousands(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string tenths(double seconds) {
  const auto rounded = static_cast<std::int64_t>(seconds * 10 + 0.5);
  return std::to_string(rounded / 10) + "." + std::to_string(rounded % 10);
}

}  // namespace

// ---- set-up ------------------------------------------------------------------------------------------------------

Attempts::Attempts(const detail::ValueMaker& maker, CallSetup setup)
    : maker_(maker), setup_(std::move(setup)), plan_(core::plan_of(*maker.type)), value_(nullptr, maker.destroy) {
  started_ = attempt_started_ = setup_.clock->now();
  others_.swap(setup_.others);
  try {
    begin();
  } catch (const Error& error) {
    if (others_.empty() || !setup_.fallback->takes(error.code())) throw;
    record({}).failure = error.message();
    if (!ask_another_client()) throw;
  }
}

/// With the client of `setup_`.
void Attempts::begin() {
  info_ = setup_.backend->info(setup_.model, setup_.options);
  call_.model = setup_.model;
  call_.options = &setup_.options;
  call_.stream = setup_.stream;
  decode_options_.lax = setup_.lax;
  decode_options_.context = &setup_.context;
  may_fall_back_ = false;
  choose_mode();
}

/// Another client is asked from the beginning, if there is one left that can be.
bool Attempts::ask_another_client() {
  while (other_ < others_.size()) {
    CallSetup& other = others_[other_++];
    other.stream = setup_.stream;
    other.may_call_tools = setup_.may_call_tools;
    other.blocks = setup_.blocks;
    other.fallback = setup_.fallback;
    setup_ = std::move(other);
    first_attempt_ = attempts_.size();
    fallbacks_ = 0;
    corrections_.clear();
    accepted_.reset();
    attempt_started_ = setup_.clock->now();
    try {
      begin();
      return true;
    } catch (const Error& error) {
      record({}).failure = error.message();
    }
  }
  return false;
}

void Attempts::choose_mode() {
  if (maker_.parallel && setup_.mode == Mode::automatic) setup_.mode = Mode::parallel_tools;
  if (setup_.mode != Mode::automatic) {
    if (!info_.modes.has(setup_.mode))
      throw Error(
          ErrorCode::unsupported_mode,
          std::string(info_.name) + " does not offer mode " + std::string(to_string(setup_.mode)) +
              (info_.modes.size() == 0 ? std::string(" for this model") : "; it offers " + list_of(info_.modes)));
    if (maker_.parallel != (setup_.mode == Mode::parallel_tools))
      throw Error(ErrorCode::unsupported_mode, maker_.parallel ? "create_parallel asks in mode parallel_tools alone"
                                                               : "mode parallel_tools is for create_parallel");
    return ask_in(setup_.mode);
  }
  may_fall_back_ = true;
  std::string why_not;
  for (const Mode mode : info_.modes)
    if (!is_chosen_by_name(mode) && form_in(mode, why_not) != nullptr) return ask_in(mode);
  throw Error(ErrorCode::unsupported_schema, std::string(info_.name) + " cannot be asked for this type: " + why_not);
}

/// The schema as it is sent in this mode; null: it cannot be.
const LoweredSchema* Attempts::form_in(Mode mode, std::string& why_not) const {
  const SchemaDialects& dialects = info_.dialects;
  const bool by_tools = is_by_tools(mode);
  // Words can say what a provider's dialect cannot.
  const Dialect* plain = is_in_words(mode) ? &dialect::json_schema : by_tools ? dialects.tools : dialects.format;
  const Dialect* strict = is_in_words(mode) ? nullptr : by_tools ? dialects.strict_tools : dialects.strict_format;
  if (mode == Mode::tools_strict) plain = nullptr;
  for (const Dialect* const dialect : {strict, plain}) {
    if (dialect == nullptr) continue;
    const LoweredSchema& form = detail::lowered_schema(*maker_.type, *dialect);
    if (form.fits()) return &form;
    why_not = form.why_not();
  }
  if (why_not.empty()) why_not = "it does not enforce schemas of tools";
  return nullptr;
}

/// Sets up everything that depends on the mode.
void Attempts::ask_in(Mode mode) {
  call_.mode = mode;
  call_.output = {.name = plan_.info->name, .description = plan_.info->description, .schema = {}, .strict = false};
  call_.format = TextFormat::free;
  own_messages_.clear();
  conversation_ = setup_.messages;
  decode_options_.null_is_absent = false;
  if (!maker_.parallel) {
    std::string why_not;
    const LoweredSchema* const form = form_in(mode, why_not);
    if (form == nullptr)
      throw Error(ErrorCode::unsupported_schema, std::string(info_.name) + " cannot be asked for this type in mode " +
                                                     std::string(to_string(mode)) + ": " + why_not);
    const SchemaDialects& dialects = info_.dialects;
    const Dialect* const strict = is_by_tools(mode) ? dialects.strict_tools : dialects.strict_format;
    call_.output.schema = form->schema;
    call_.output.strict =
        !is_in_words(mode) && strict != nullptr && form == &detail::lowered_schema(*maker_.type, *strict);
    decode_options_.null_is_absent = form->null_is_absent;
    if (mode == Mode::json) call_.format = TextFormat::json_object;
    if (mode == Mode::json_schema) call_.format = TextFormat::json_schema;
  }
  add_tools(mode);
  write_instructions();
}

void Attempts::add_tools(Mode mode) {
  call_.tools.clear();
  call_.provider_tools.clear();
  call_.choice = ToolChoice::free;
  const auto add = [&](const TypeInfo& type, std::string_view name, std::string_view description) {
    const LoweredSchema& form = detail::lowered_schema(type, *info_.dialects.tools);
    if (!form.fits())
      throw Error(ErrorCode::unsupported_schema,
                  std::string(info_.name) + " cannot be told of the tool " + std::string(name) + ": " + form.why_not());
    call_.tools.push_back({.name = name, .description = description, .schema = form.schema, .strict = false});
    decode_options_.null_is_absent = decode_options_.null_is_absent || (maker_.parallel && form.null_is_absent);
  };
  if (maker_.parallel)
    for (const TypeInfo* const type : parallel_types(*maker_.type)) add(*type, type->name, type->description);
  else if (is_by_tools(mode))
    call_.tools.push_back(call_.output);
  const bool free = setup_.may_call_tools || maker_.parallel || !is_by_tools(mode);
  if (setup_.tools != nullptr)
    for (const Tool& tool : *setup_.tools) {
      for (const OutputSpec& other : call_.tools)
        if (other.name == tool.name()) throw Error(ErrorCode::invalid_request, "two tools are called " + tool.name());
      if (tool.parameters() != nullptr)
        add(*tool.parameters(), tool.name(), tool.description());
      else
        call_.tools.push_back(
            {.name = tool.name(), .description = tool.description(), .schema = tool.schema(), .strict = false});
    }
  if (setup_.provider_tools != nullptr)
    call_.provider_tools.assign(setup_.provider_tools->begin(), setup_.provider_tools->end());
  // What the provider runs itself it can only run when it is free to.
  if (!call_.provider_tools.empty() || !info_.forces_tools) return;
  if (!free)
    call_.choice = ToolChoice::the_one;
  else if (!maker_.parallel && is_by_tools(mode))
    call_.choice = ToolChoice::any;
}

/// The caller's messages stay as they are; those that get words of ours are copies.
void Attempts::write_instructions() {
  std::string instructions;
  if (is_in_words(call_.mode))
    instructions = setup_.schema_style == SchemaStyle::type_text ? type_instructions(detail::type_text_of(*maker_.type))
                                                                 : schema_instructions(call_.output);
  else if (is_by_tools(call_.mode) && !maker_.parallel && call_.choice == ToolChoice::free)
    instructions = tool_instructions(call_.output, setup_.may_call_tools);
  if (instructions.empty()) return;
  own_messages_.reserve(2);
  std::vector<const Message*>& messages = conversation_;
  if (!messages.empty() && messages.front()->role == Role::system) {
    Message& system = own_messages_.emplace_back(*messages.front());
    system.content += "\n\n" + instructions;
    messages.front() = &system;
  } else {
    messages.insert(messages.begin(), &own_messages_.emplace_back(Message::system(instructions)));
  }
  if (call_.mode != Mode::md_json) return;
  if (messages.back()->role == Role::user) {
    Message& user = own_messages_.emplace_back(*messages.back());
    user.content.append("\n\n").append(code_block_instructions());
    messages.back() = &user;
  } else {
    messages.push_back(&own_messages_.emplace_back(Message::user(std::string(code_block_instructions()))));
  }
}

AskedAnswer Attempts::asked() const {
  AskedAnswer asked{.mode = call_.mode, .output = call_.output, .types = {}, .tools = {}};
  if (maker_.parallel) asked.types = parallel_types(*maker_.type);
  const bool own_tools_count = setup_.may_call_tools || maker_.parallel;
  if (own_tools_count && setup_.tools != nullptr)
    for (const Tool& tool : *setup_.tools) asked.tools.push_back(tool.name());
  return asked;
}

bool Attempts::fall_back(const Error& error) {
  if (!may_fall_back_ || attempts_.size() != first_attempt_ || !says_unsupported(error.detail())) return false;
  may_fall_back_ = false;
  const Mode refused = call_.mode;
  std::string why_not;
  bool after = false;
  for (const Mode mode : info_.modes) {
    after = after || mode == refused;
    if (!after || mode == refused || is_chosen_by_name(mode) || form_in(mode, why_not) == nullptr) continue;
    Attempt& attempt = record({});
    attempt.failure = error.message();
    attempt.reply.request_id = error.request_id();
    ++fallbacks_;
    ask_in(mode);
    return true;
  }
  return false;
}

// ---- the loop ----------------------------------------------------------------------------------------------------

std::optional<Duration> Attempts::deadline() const {
  if (!setup_.retry.deadline()) return std::nullopt;
  return started_ + *setup_.retry.deadline();
}

Call& Attempts::next() {
  call_.messages = conversation_;
  for (const std::vector<Message>& correction : corrections_)
    for (const Message& message : correction) call_.messages.push_back(&message);
  attempt_started_ = setup_.clock->now();
  call_.timeout = setup_.timeout;
  if (setup_.retry.deadline()) {
    const Duration left = *setup_.retry.deadline() - (attempt_started_ - started_);
    call_.timeout = std::min(call_.timeout, std::max(left, Duration::of_milliseconds(1)));
  }
  return call_;
}

/// A line in the ledger.
Attempt& Attempts::record(Reply reply) {
  Attempt& attempt = attempts_.emplace_back();
  attempt.number = static_cast<int>(attempts_.size());
  attempt.mode = call_.mode;
  attempt.provider_and_model = provider_and_model();
  attempt.elapsed = setup_.clock->now() - attempt_started_;
  usage_ += reply.usage;
  attempt.reply = std::move(reply);
  return attempt;
}

bool Attempts::take(Reply reply, LiveAnswer* live) {
  Attempt& attempt = record(std::move(reply));
  const Reply& said = attempt.reply;

  if (!said.refusal.empty()) return refuse(attempt, ErrorCode::refusal, "the model refused: " + said.refusal, false);
  if (said.finish_reason == FinishReason::content_filter)
    return refuse(attempt, ErrorCode::content_filter, "the provider's content filter withheld the answer", false);

  std::expected<Answer, Issue> answer = find_answer(said, asked());
  if (answer) attempt.answer = std::move(answer->text);
  if (said.finish_reason == FinishReason::length)
    return refuse(attempt, ErrorCode::incomplete,
                  "the answer was cut off at the token limit (" + with_thousands(said.usage.output_tokens) +
                      " output tokens); raise max_tokens or ask for less",
                  true);
  if (setup_.stream && said.finish_reason == FinishReason::unknown && (live == nullptr || !live->decoder.done()))
    return refuse(attempt, ErrorCode::incomplete, "the stream ended before the answer was whole", true);

  if (!answer) {
    attempt.issues.add(answer.error());
    return settle(attempt, nullptr);
  }
  if (answer->is_for_tools) return true;
  if (live != nullptr && !is_answer(*live, attempt, answer->call)) live = nullptr;
  bool valid = false;
  try {
    valid = decode(attempt, live);
  } catch (const Error& error) {  // a check cannot do its work
    return refuse(attempt, error.code(), error.message(), false);
  }
  return valid || settle(attempt, answer->call);
}

/// True when the answer is valid.
bool Attempts::decode(Attempt& attempt, LiveAnswer* live) {
  const auto finish = [&](core::Decoder& decoder) {
    const bool valid = decoder.finish();
    attempt.issues = std::move(decoder.issues());
    attempt.warnings = std::move(decoder.warnings());
    return valid;
  };
  if (live != nullptr) return finish(live->decoder);
  value_.reset(maker_.make());
  core::Decoder decoder(plan_, value_.get(), decode_options_, core::DecodeUse::at_once);
  decoder.feed(attempt.answer);
  return finish(decoder);
}

/// Is what was decoded on the way what counts in the end?
bool Attempts::is_answer(const LiveAnswer& live, const Attempt& attempt, const ToolCall* call) {
  if (!live.document.empty()) return live.document == attempt.answer;
  if (call != nullptr) return live.call == static_cast<std::size_t>(call - attempt.reply.tool_calls.data());
  if (live.from > attempt.reply.text.size()) return false;
  return std::string_view(attempt.reply.text).substr(live.from, live.size) == attempt.answer;
}

bool Attempts::take_broken_off(Reply reply, std::size_t call, core::Decoder& decoder) {
  Attempt& attempt = record(std::move(reply));
  attempt.issues = std::move(decoder.issues());
  attempt.warnings = std::move(decoder.warnings());
  const ToolCall* decoded = nullptr;
  if (is_by_tools(call_.mode) && call < attempt.reply.tool_calls.size()) {
    // Providers read the arguments of the calls that they are sent.
    for (ToolCall& other : attempt.reply.tool_calls) other.arguments = json::closed(other.arguments);
    decoded = &attempt.reply.tool_calls[call];
    attempt.answer = decoded->arguments;
  } else {
    attempt.answer = attempt.reply.text;
  }
  return settle(attempt, decoded);
}

/// The answer is not valid: shall the model be asked again?
bool Attempts::settle(Attempt& attempt, const ToolCall* decoded) {
  remember_failure(attempt, decoded);
  if (static_cast<int>(attempts_.size() - first_attempt_) - fallbacks_ > setup_.retry.max_retries()) return give_up({});
  if (setup_.retry.stop_when_stuck() && is_stuck()) return give_up("the same three times: stopped");
  if (setup_.retry.token_budget() && usage_.total_tokens >= *setup_.retry.token_budget())
    return give_up("token budget of " + with_thousands(*setup_.retry.token_budget()) + " used up: stopped");
  if (setup_.retry.deadline() && setup_.clock->now() - started_ >= *setup_.retry.deadline())
    return give_up("deadline reached: stopped");
  return false;
}

/// What the model said, and what is wrong with it. Every tool call gets an answer: providers insist on it.
void Attempts::remember_failure(const Attempt& attempt, const ToolCall* decoded) {
  std::vector<Message> messages;
  const Reply& said = attempt.reply;
  const std::string words = accepted_ ? elements_correction(attempt.issues, *accepted_, call_.mode, call_.output)
                                      : correction(attempt.issues, call_.mode, call_.output);
  if (!said.text.empty() || !said.tool_calls.empty() || !said.native.json.empty()) {
    messages.push_back(Message::assistant(said.text, said.tool_calls));
    messages.back().native = said.native;
  }
  if (said.tool_calls.empty())
    messages.push_back(Message::user(words));
  else if (maker_.parallel)
    answer_calls(attempt, words, messages);
  else
    for (const ToolCall& call : said.tool_calls)
      messages.push_back(Message::tool_error(
          call.id, call.name,
          &call == (decoded != nullptr ? decoded : &said.tool_calls.front()) ? words : std::string(unused_call())));
  if (corrections_.size() == static_cast<std::size_t>(setup_.retry.history())) corrections_.erase(corrections_.begin());
  corrections_.push_back(std::move(messages));
}

/// Each call hears what is wrong with it; the last one also what to do.
void Attempts::answer_calls(const Attempt& attempt, const std::string& words, std::vector<Message>& messages) const {
  const std::vector<ToolCall>& calls = attempt.reply.tool_calls;
  const std::vector<const TypeInfo*> types = parallel_types(*maker_.type);
  std::size_t number = 0;
  for (const ToolCall& call : calls) {
    std::string said = std::string(calls_beside());
    if (is_answer_call(call, types)) {
      const std::string place = "/calls/" + std::to_string(number);
      Issues own;
      for (const Issue& issue : attempt.issues)
        if (issue.path == place || issue.path.starts_with(place + "/")) own.add(issue);
      if (!own.empty())
        said = own.prompt();
      else if (accepted_ && number < *accepted_)
        said = accepted_call();
      ++number;
    }
    if (&call == &calls.back()) said += "\n\n" + words;
    messages.push_back(Message::tool_error(call.id, call.name, std::move(said)));
  }
}

bool Attempts::is_stuck() const {
  const std::size_t count = attempts_.size();
  if (count - first_attempt_ < 3) return false;
  const Issues& last = attempts_[count - 1].issues;
  return last == attempts_[count - 2].issues && last == attempts_[count - 3].issues;
}

bool Attempts::fail(const Error& error, Reply reply) {
  ErrorDetail detail = error.detail();
  Attempt& attempt = record(std::move(reply));
  attempt.failure = detail.message;
  if (attempt.reply.request_id.empty()) attempt.reply.request_id = detail.request_id;
  if (const std::expected<Answer, Issue> answer = find_answer(attempt.reply, asked())) {
    attempt.answer = answer->text;
    keep_partial(attempt, detail);
  }
  return end(std::move(detail));
}

/// There will be no value, unless another client has one. True when the loop is over.
bool Attempts::end(ErrorDetail detail) {
  if (others_may_ask_ && other_ < others_.size() && detail.code != ErrorCode::cancelled &&
      setup_.fallback->takes(detail.code) && ask_another_client())
    return false;
  detail.attempts = std::move(attempts_);
  detail.usage = usage_;
  error_ = std::make_unique<Error>(std::move(detail));
  return true;
}

/// What had arrived of the value.
void Attempts::keep_partial(const Attempt& attempt, ErrorDetail& detail) {
  if (attempt.answer.empty()) return;
  const std::shared_ptr<void> partial(maker_.make(), maker_.destroy);
  core::Decoder decoder(plan_, partial.get(), decode_options_, core::DecodeUse::live);
  try {
    decoder.feed(attempt.answer);  // and no more: a number at the very end may be cut
  } catch (const Error&) {         // NOLINT(bugprone-empty-catch): what came before a check that cannot work is there
  }
  detail.partial = partial;
  detail.partial_type = plan_.storage == Storage::json ? &type_of<Json>() : maker_.type;
  if (!maker_.wrapped) return;
  const core::FieldPlan& wanted = plan_.fields.front();
  const void* address = static_cast<const char*>(partial.get()) + wanted.offset;
  if (plan_.storage == Storage::json) {
    const Json& object = *static_cast<const Json*>(partial.get());
    const auto content = object.find(wanted.key);
    address = content == object.end() ? nullptr : &*content;
  }
  detail.partial = address == nullptr ? nullptr : std::shared_ptr<const void>(partial, address);
  if (plan_.storage != Storage::json) detail.partial_type = wanted.plan->info;
}

// ---- outcomes ----------------------------------------------------------------------------------------------------

detail::AnyValue Attempts::finish(Completion* completion) {
  if (error_ != nullptr) throw std::move(*error_);
  if (completion != nullptr) complete(*completion);
  return std::move(value_);
}

void Attempts::complete(Completion& completion) {
  const Attempt& last = attempts_.back();
  completion.id = last.reply.id;
  completion.model = last.reply.model;
  completion.text = last.reply.text;
  completion.answer = last.answer;
  completion.tool_calls = last.reply.tool_calls;
  completion.finish_reason = last.reply.finish_reason;
  completion.request_id = last.reply.request_id;
  completion.raw = last.reply.raw;
  completion.usage = usage_;
  completion.elapsed = setup_.clock->now() - started_;
  completion.warnings = last.warnings;
  completion.mode = last.mode;
  completion.native = last.reply.native;
  completion.notes = last.reply.notes;
  completion.rate_limits = last.reply.rate_limits;
  completion.attempts = std::move(attempts_);
}

/// `provider/model`
std::string Attempts::provider_and_model() const { return std::string(info_.name) + "/" + std::string(setup_.model); }

/// `(4,120 tokens, 6.2 s)`
std::string Attempts::summary() const {
  return "(" + with_thousands(usage_.total_tokens) + " tokens, " + tenths((setup_.clock->now() - started_).seconds()) +
         " s)";
}

ErrorDetail Attempts::failure(ErrorCode code, std::string message) {
  ErrorDetail detail;
  detail.code = code;
  detail.message = std::move(message);
  detail.request_id = attempts_.back().reply.request_id;
  detail.issues = attempts_.back().issues;
  return detail;
}

bool Attempts::give_up(std::string why_stopped) {
  const std::size_t count = attempts_.size();
  ErrorDetail detail =
      failure(ErrorCode::validation, provider_and_model() + " did not return a valid " +
                                         std::string(call_.output.name) + " after " + std::to_string(count) +
                                         (count == 1 ? " attempt " : " attempts ") + summary());
  detail.stopped = std::move(why_stopped);
  return end(std::move(detail));
}

/// The reply ends the call: asking again would not help.
bool Attempts::refuse(Attempt& attempt, ErrorCode code, const std::string& message, bool with_partial) {
  attempt.failure = message;
  ErrorDetail detail = failure(code, provider_and_model() + ": " + message);
  detail.issues = {};
  if (with_partial) keep_partial(attempt, detail);
  return end(std::move(detail));
}

}  // namespace instructor::engine
