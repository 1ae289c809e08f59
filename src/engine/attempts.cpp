#include "engine/attempts.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/answer.hpp"
#include "engine/asking.hpp"
#include "engine/parallel.hpp"
#include "engine/prompt.hpp"
#include "instructor/codec.hpp"
#include "instructor/json.hpp"
#include "json/close.hpp"
#include "model/decode.hpp"
#include "model/tolerant.hpp"

namespace instructor::engine {

namespace {

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

/// The elements of a list, from the first one on.
std::string_view elements_in(std::string_view json) {
  const std::size_t list = json.find('[');
  if (list == std::string_view::npos) return {};
  const std::size_t first = json.find_first_not_of(" \t\r\n", list + 1);
  return first == std::string_view::npos ? std::string_view() : json.substr(first);
}

/// Does the list in `json` begin with the elements that were handed out already?
bool goes_on_from(std::string_view handed_out, std::string_view json) {
  std::string_view elements = elements_in(handed_out);
  const std::size_t last = elements.find_last_not_of(" \t\r\n,]");  // what ends a number or a word may be told with it
  elements = elements.substr(0, last == std::string_view::npos ? 0 : last + 1);
  return elements_in(json).starts_with(elements);
}

}  // namespace

// ---- set-up ------------------------------------------------------------------------------------------------------

Attempts::Attempts(const detail::ValueMaker& maker, CallSetup&& setup)
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

// ---- the loop ----------------------------------------------------------------------------------------------------

std::optional<Duration> Attempts::deadline() const {
  if (!setup_.retry.deadline()) return std::nullopt;
  return started_ + *setup_.retry.deadline();
}

Call& Attempts::next() {
  call_.messages.resize(conversation_);
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
Attempt& Attempts::record(Reply&& reply) {
  usage_ += reply.usage;
  const int number = static_cast<int>(attempts_.size()) + 1;
  Attempt& attempt = attempts_.emplace_back(number, provider_and_model(), call_.mode, std::move(reply));
  attempt.elapsed = setup_.clock->now() - attempt_started_;
  return attempt;
}

bool Attempts::take(Reply&& reply, LiveAnswer* live) {
  Attempt& attempt = record(std::move(reply));
  const Reply& said = attempt.reply;
  value_.reset();

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

  if (answer && answer->is_for_tools) return true;
  const ToolCall* const call = answer ? answer->call : nullptr;
  const std::string_view handed_out = live != nullptr ? live->handed_out : std::string_view();
  if (live != nullptr && (!answer || (live->mended.empty() && !is_answer(*live, attempt, call)))) live = nullptr;
  bool valid = false;
  try {
    if (answer) {
      valid = decode(attempt, live) || repair(attempt, source(attempt), live);
    } else {
      attempt.issues.add(answer.error());
      valid = answer.error().code == IssueCode::tool_missing && !maker_.parallel && take_words_for_call(attempt);
    }
  } catch (const Error& error) {  // a check cannot do its work
    return refuse(attempt, error.code(), error.message(), false);
  }
  if (valid && value_ != nullptr && !goes_on_from(handed_out, attempt.answer)) valid = refuse_other_list(attempt);
  return valid || settle(attempt, call);
}

/// What was handed out cannot be taken back, and the answer has another beginning.
bool Attempts::refuse_other_list(Attempt& attempt) {
  attempt.issues.add(
      {IssueCode::json_invalid, {}, "one list, and nothing like it before or behind it", {}, {}, {}, {}});
  attempt.repairs = {};
  attempt.warnings = {};
  value_.reset();
  return false;
}

/// What the answer is to be found in, when it is not valid as it stands.
const std::string& Attempts::source(const Attempt& attempt) const {
  return call_.mode == Mode::md_json ? attempt.reply.text : attempt.answer;
}

/// It is not valid as it stands; is it clear all the same what is meant? Then the value is in `value_`, or in `live`
/// where it was repaired on the way in the same manner.
bool Attempts::repair(Attempt& attempt, std::string_view source, LiveAnswer* live) {
  if (setup_.repair.level == RepairLevel::none) return false;
  // Calls beside one another are one document of several: what one of them lacks must not be sought in the next.
  const auto is_broken = [](const Issue& issue) { return core::is_about_document(issue.code); };
  if (maker_.parallel && std::ranges::any_of(attempt.issues, is_broken)) return false;
  core::Understood understood =
      core::decode_tolerantly({plan_, maker_.make, maker_.destroy}, source, {attempt.answer, std::move(attempt.issues)},
                              decode_options_, setup_.repair);
  attempt.issues = std::move(understood.issues);
  if (understood.value == nullptr) return false;
  attempt.repairs = std::move(understood.repairs);
  attempt.warnings = std::move(understood.warnings);
  const bool stands = live != nullptr && live->mended == understood.json && live->decoder.finish();
  attempt.answer = std::move(understood.json);
  value_ = stands ? detail::AnyValue(nullptr, maker_.destroy) : std::move(understood.value);
  return true;
}

/// No tool was called, but the text may say what the call would have said.
bool Attempts::take_words_for_call(Attempt& attempt) {
  if (setup_.repair.level == RepairLevel::none || attempt.reply.text.find_first_of("{[") == std::string::npos)
    return false;
  Attempt said;
  said.answer = attempt.reply.text;
  if (!decode(said, nullptr) && !repair(said, attempt.reply.text, nullptr)) return false;
  attempt.issues = {};
  attempt.answer = std::move(said.answer);
  attempt.repairs = std::move(said.repairs);
  attempt.repairs.add({RepairKind::text_around, {}, "text instead of a tool call", {}, 0});
  attempt.warnings = std::move(said.warnings);
  return true;
}

/// True when the answer is valid.
bool Attempts::decode(Attempt& attempt, LiveAnswer* live) {
  const auto finish = [&](core::Decoder& decoder) {
    const bool valid = decoder.finish();
    attempt.issues = std::move(decoder.issues());
    attempt.warnings = std::move(decoder.warnings());
    return valid;
  };
  if (live != nullptr && (live->mended.empty() || live->has_elements)) {
    const bool valid = finish(live->decoder);
    if (!valid || live->repairs.cost() <= setup_.repair.max_cost) {
      if (valid && !live->mended.empty()) attempt.answer = live->mended;
      if (valid) attempt.repairs = std::move(live->repairs);
      return valid;
    }
  }
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

bool Attempts::take_broken_off(Reply&& reply, std::size_t call, core::Decoder& decoder) {
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

bool Attempts::fail(const Error& error, Reply&& reply) {
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
  completion.repairs = last.repairs;
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
