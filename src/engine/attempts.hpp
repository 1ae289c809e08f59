#pragma once

// The attempt loop, as a state machine: it says what to ask next and takes the reply, and knows nothing of how the two
// travel. So it is written once for every backend and for blocking and asynchronous callers.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/answer.hpp"
#include "engine/backend.hpp"
#include "engine/call_setup.hpp"
#include "instructor/client.hpp"
#include "instructor/clock.hpp"
#include "instructor/context.hpp"
#include "instructor/error.hpp"
#include "instructor/lowering.hpp"
#include "instructor/tool.hpp"
#include "model/decode.hpp"
#include "model/plan.hpp"

namespace instructor::engine {

/// A reply that was decoded while it came.
struct LiveAnswer {
  core::Decoder& decoder;
  std::size_t call = 0;           ///< in tools mode: which call's arguments the decoder was given
  std::size_t from = 0;           ///< in other modes: from where on it was given the text
  std::size_t size = 0;           ///< and how much of it
  std::string_view document{};    ///< of several calls: all that it was given
  std::string_view mended{};      ///< what it was given, where that was found or mended on the way; empty: it was not
  Repairs repairs{};              ///< what was done on the way
  bool has_elements = false;      ///< they are handed out as they come: it is the answer, if it is valid
  std::string_view handed_out{};  ///< what was decoded up to the end of the last one that was
};

class Attempts {
 public:
  /// Throws Error: `unsupported_mode`, `unsupported_schema`, `invalid_model`.
  Attempts(const detail::ValueMaker& maker, CallSetup&& setup);

  /// What to ask now, and whom, and until when.
  Call& next();
  const CallSetup& setup() const { return setup_; }
  std::optional<Duration> deadline() const;

  /// The provider does not know how to be asked in this way: can it be asked in another? (Once, and only where the mode
  /// was left to the library.) True: `next` asks so.
  bool fall_back(const Error& error);

  /// The reply to it; `live`: decoded already, where it is the answer. True when the loop is over.
  bool take(Reply&& reply, LiveAnswer* live = nullptr);

  /// A reply that was broken off because what had come of it is not valid. True when the loop is over.
  bool take_broken_off(Reply&& reply, std::size_t call, core::Decoder& decoder);

  /// There was no reply, or it broke off after what is in `reply`. True when the loop is over.
  bool fail(const Error& error, Reply&& reply = {});

  /// What the caller was given already must stand: no other client begins anew.
  void keep_client() { others_may_ask_ = false; }

  /// Elements of the answer that is judged next which have been handed out already: they are not asked for again.
  void accept_elements(std::size_t count) { accepted_ = count; }
  /// Whatever is still to be judged, the model is not asked again.
  void stop_asking() { setup_.retry.max_retries(0); }

  /// The ledger of the attempts that are over.
  void tell_so_far(Completion& completion) const {
    completion.usage = usage_;
    completion.attempts = attempts_;
  }

  const Call& call() const { return call_; }
  /// How answers are decoded. Valid as long as this object.
  const DecodeOptions& decode_options() const { return decode_options_; }

  /// The value, and the completion where it is wanted. Throws the Error that the loop ended with.
  detail::AnyValue finish(Completion* completion);

 private:
  void begin();
  bool end(ErrorDetail detail);
  bool ask_another_client();
  void choose_mode();
  struct Form {
    const LoweredSchema* schema = nullptr;  // null: there is none
    bool strict = false;                    // in the dialect that the provider enforces
  };
  void ask_in(Mode mode, Form form);
  Form form_in(Mode mode, std::string& why_not) const;
  Form needed_form_in(Mode mode) const;
  void add_tools(Mode mode);
  void write_instructions();
  AskedAnswer asked() const;
  Attempt& record(Reply&& reply);
  void remember_failure(const Attempt& attempt, const ToolCall* decoded);
  void answer_calls(const Attempt& attempt, const std::string& words, std::vector<Message>& messages) const;
  bool give_up(std::string why_stopped);
  bool is_stuck() const;
  bool decode(Attempt& attempt, LiveAnswer* live);
  const std::string& source(const Attempt& attempt) const;
  bool repair(Attempt& attempt, std::string_view source, LiveAnswer* live);
  bool take_words_for_call(Attempt& attempt);
  bool refuse_other_list(Attempt& attempt);
  static bool is_answer(const LiveAnswer& live, const Attempt& attempt, const ToolCall* call);
  bool settle(Attempt& attempt, const ToolCall* decoded);
  void keep_partial(const Attempt& attempt, ErrorDetail& detail);
  bool refuse(Attempt& attempt, ErrorCode code, const std::string& message, bool with_partial);
  ErrorDetail failure(ErrorCode code, std::string message);
  void complete(Completion& completion);
  std::string provider_and_model() const;
  std::string summary() const;

  const detail::ValueMaker& maker_;
  CallSetup setup_;
  std::vector<CallSetup> others_;
  const core::Plan& plan_;
  BackendInfo info_;
  DecodeOptions decode_options_;

  Call call_;
  bool may_fall_back_ = false;
  int fallbacks_ = 0;
  std::size_t first_attempt_ = 0;  // of this client
  std::size_t other_ = 0;          // the client that is asked after this one
  bool others_may_ask_ = true;
  std::vector<Message> own_messages_;              // the caller's first and last, with instructions
  std::size_t conversation_ = 0;                   // messages of the call without corrections
  std::vector<std::vector<Message>> corrections_;  // of the failed attempts that the model is shown
  Duration started_;
  Duration attempt_started_;

  std::vector<Attempt> attempts_;
  Usage usage_;
  std::optional<std::size_t> accepted_;
  detail::AnyValue value_;
  std::unique_ptr<Error> error_;
};

}  // namespace instructor::engine
