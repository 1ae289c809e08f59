#pragma once

// What is asked: messages, and how the call is to be made.
//
//   client.create<User>("Jason is 25 years old");
//
//   client.create<User>(Request("Jason is 25 years old")
//       .system("Extract the person.")
//       .temperature(0)
//       .max_retries(2));

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "instructor/cancellation.hpp"
#include "instructor/context.hpp"
#include "instructor/duration.hpp"
#include "instructor/json.hpp"
#include "instructor/message.hpp"
#include "instructor/mode.hpp"
#include "instructor/repair.hpp"
#include "instructor/tool.hpp"

namespace instructor {

/// When to ask again after an answer that is not valid. (Failures of the connection or the provider are not answers:
/// see TransportRetry.)
class RetryPolicy {
 public:
  RetryPolicy() = default;

  /// How often to ask again: at most 1 + count attempts. Default 3; 0: never.
  RetryPolicy& max_retries(int count) {
    max_retries_ = count < 0 ? 0 : count;
    return *this;
  }
  /// Time for all attempts together; an attempt under way is cut off. Default: none.
  RetryPolicy& deadline(Duration time) {
    deadline_ = time;
    return *this;
  }
  /// No further attempt once this many tokens are used. A valid answer is never rejected for it. Default: none.
  RetryPolicy& token_budget(std::int64_t tokens) {
    token_budget_ = tokens;
    return *this;
  }
  /// How many of the last failed attempts the model is shown; the conversation does not grow beyond them. Default 2.
  RetryPolicy& history(int attempts) {
    history_ = attempts < 1 ? 1 : attempts;
    return *this;
  }
  /// Give up when an attempt fails in the very same way as the two before it. Default true.
  RetryPolicy& stop_when_stuck(bool stop) {
    stop_when_stuck_ = stop;
    return *this;
  }

  int max_retries() const { return max_retries_; }
  const std::optional<Duration>& deadline() const { return deadline_; }
  const std::optional<std::int64_t>& token_budget() const { return token_budget_; }
  int history() const { return history_; }
  bool stop_when_stuck() const { return stop_when_stuck_; }

 private:
  int max_retries_ = 3;
  std::optional<Duration> deadline_;
  std::optional<std::int64_t> token_budget_;
  int history_ = 2;
  bool stop_when_stuck_ = true;
};

/// The provider's own parameters. What is not set is not sent.
struct CallOptions {
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> max_tokens;
  std::optional<std::int64_t> seed;
  std::vector<std::string> stop;
  std::vector<std::pair<std::string, std::string>> extra;  ///< key, JSON text

  CallOptions() = default;
};

/// A request. A value with chained setters; creating a client call never changes it.
class Request {
 public:
  Request();
  /// With one user message.
  Request(std::string text);       // NOLINT(google-explicit-constructor)
  Request(const char* text);       // NOLINT(google-explicit-constructor)
  Request(std::string_view text);  // NOLINT(google-explicit-constructor)
  /// With a whole conversation.
  explicit Request(std::vector<Message> messages);

  Request(const Request&);
  Request(Request&&) noexcept;
  Request& operator=(const Request&);
  Request& operator=(Request&&) noexcept;
  ~Request();

  /// Before all other messages, whenever it is said: several providers want it so.
  Request& system(std::string text);
  Request& user(std::string text);
  Request& assistant(std::string text);
  Request& message(Message added);

  /// A tool of the program's own beside the answer. `create` still gives nothing but the answer; `create_or_call` lets
  /// the model call the tool.
  Request& tool(Tool added);
  /// A tool that the provider runs itself, as it wants to be told: `{{"type", "web_search"}}`. The model is then free
  /// to use it before it answers.
  Request& provider_tool(const Json& object);

  /// What breaks the call off: it ends with an Error (`cancelled`), streams with what had arrived.
  Request& cancellation(Cancellation value) {
    cancellation_ = std::move(value);
    return *this;
  }
  /// The same, by a std::stop_token; include stop.hpp.
  template <class Token>
  Request& stop(const Token& token);

  /// Instead of the client's model.
  Request& model(std::string name);
  /// Instead of the client's mode.
  Request& mode(Mode value) {
    mode_ = value;
    return *this;
  }
  Request& temperature(double value) {
    options_.temperature = value;
    return *this;
  }
  Request& top_p(double value) {
    options_.top_p = value;
    return *this;
  }
  /// The longest answer, in tokens.
  Request& max_tokens(std::int64_t count) {
    options_.max_tokens = count;
    return *this;
  }
  Request& seed(std::int64_t value) {
    options_.seed = value;
    return *this;
  }
  /// Texts that end the answer.
  Request& stop_sequences(std::vector<std::string> texts);
  /// Anything the provider knows and this library does not: the members of a JSON object, sent as they are.
  Request& extra(const Json& object);

  /// Shorthand for retry(RetryPolicy().max_retries(count)), other settings of the policy kept.
  Request& max_retries(int count);
  Request& retry(RetryPolicy policy);
  /// Break an attempt off and ask again as soon as a part of the answer is complete and not valid, instead of waiting
  /// for the rest. The reply is then streamed; what a broken-off attempt has used is not known, so it is not in the
  /// usage. Default: true for streams, false for `create`.
  Request& fail_fast(bool value) {
    fail_fast_ = value;
    return *this;
  }
  /// Take values of another type where nothing is lost, as `"5"` for an integer; see DecodeOptions::lax.
  Request& lax(bool value = true) {
    lax_ = value;
    return *this;
  }
  /// How far an answer is repaired before the model is asked again, and what repairs may cost. Default: full, at most
  /// RepairPolicy::default_max_cost. `RepairLevel::none` takes nothing but valid JSON of the type.
  Request& repair(RepairPolicy policy) {
    repair_ = policy;
    return *this;
  }
  /// What the checks of the model may ask for. Values of the client's defaults that are not in it count as well.
  Request& context(Context values);
  /// The same from the members of a JSON object: `.context({{"document", text}})`.
  Request& context(const Json& object);
  /// How the schema is written in Mode::json and Mode::md_json, where the model reads it in the instructions: as JSON
  /// Schema, or in a notation that takes fewer tokens (type_text.hpp). Other modes send a schema the provider's way;
  /// there it has no effect. Default JSON Schema.
  Request& schema_style(SchemaStyle value) {
    schema_style_ = value;
    return *this;
  }
  /// Time for one attempt, from connecting to the last byte. Default 10 minutes.
  Request& timeout(Duration time) {
    timeout_ = time;
    return *this;
  }

  const std::vector<Message>& messages() const { return messages_; }
  const std::vector<Tool>& tools() const { return tools_; }
  /// JSON text.
  const std::vector<std::string>& provider_tools() const { return provider_tools_; }
  const std::string& model() const { return model_; }
  Mode mode() const { return mode_; }
  const CallOptions& options() const { return options_; }
  const std::optional<RetryPolicy>& retry() const { return retry_; }
  const std::optional<Duration>& timeout() const { return timeout_; }
  const std::optional<bool>& fail_fast() const { return fail_fast_; }
  const std::optional<bool>& lax() const { return lax_; }
  const std::optional<RepairPolicy>& repair() const { return repair_; }
  const Context& context() const { return context_; }
  const std::optional<SchemaStyle>& schema_style() const { return schema_style_; }
  const Cancellation& cancellation() const { return cancellation_; }

 private:
  std::vector<Message> messages_;
  std::vector<Tool> tools_;
  std::vector<std::string> provider_tools_;
  std::string model_;
  Mode mode_ = Mode::automatic;
  CallOptions options_;
  std::optional<RetryPolicy> retry_;
  std::optional<Duration> timeout_;
  std::optional<bool> fail_fast_;
  std::optional<bool> lax_;
  std::optional<RepairPolicy> repair_;
  Context context_;
  std::optional<SchemaStyle> schema_style_;
  Cancellation cancellation_ = Cancellation::never();
};

}  // namespace instructor
