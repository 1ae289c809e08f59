#pragma once

// The attempt loop, as a state machine: it says what to ask next and takes the reply, and knows nothing of how the two
// travel. So it is written once for every backend and for blocking and asynchronous callers.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/backend.hpp"
#include "instructor/client.hpp"
#include "instructor/clock.hpp"
#include "instructor/error.hpp"
#include "model/plan.hpp"

namespace instructor::engine {

/// What a call is made with, after the client's defaults and the request's own settings.
struct CallSetup {
  const Backend* backend = nullptr;
  const Clock* clock = nullptr;
  std::string_view model;
  Mode mode = Mode::automatic;
  std::vector<const Message*> messages;
  CallOptions options;
  RetryPolicy retry;
  Duration timeout;
};

class Attempts {
 public:
  /// Throws Error: `unsupported_mode`, `unsupported_schema`, `invalid_model`.
  Attempts(const detail::ValueMaker& maker, CallSetup setup);

  /// What to ask now.
  const Call& next();

  /// The reply to it. True when the loop is over.
  bool take(Reply reply);

  /// There was no reply. The loop is over.
  void fail(const Error& error);

  /// The value, and the completion where it is wanted. Throws the Error that the loop ended with.
  detail::AnyValue finish(Completion* completion);

 private:
  void choose_mode();
  void choose_schema();
  void write_instructions();
  void remember_failure(const Attempt& attempt, const ToolCall* decoded);
  bool give_up(std::string why_stopped);
  bool is_stuck() const;
  bool refuse(Attempt& attempt, ErrorCode code, const std::string& message, bool with_partial);
  ErrorDetail failure(ErrorCode code, std::string message);
  void complete(Completion& completion);
  std::string provider_and_model() const;
  std::string summary() const;

  const detail::ValueMaker& maker_;
  CallSetup setup_;
  const core::Plan& plan_;
  bool strict_ = false;

  Call call_;
  std::vector<Message> own_messages_;              // the caller's first and last, with instructions
  std::vector<std::vector<Message>> corrections_;  // of the failed attempts that the model is shown
  Duration started_;
  Duration attempt_started_;

  std::vector<Attempt> attempts_;
  Usage usage_;
  detail::AnyValue value_;
  std::unique_ptr<Error> error_;
};

}  // namespace instructor::engine
