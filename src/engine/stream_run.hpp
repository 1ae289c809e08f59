#pragma once

// The attempt loop over replies that come in pieces: the decoder takes each piece as it arrives, and what it says
// decides whether to wait for more. Where the text turns out not to be JSON, it is looked for in it, or mended from its
// beginning on, and the decoder takes what comes of that.

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/attempts.hpp"
#include "engine/backend.hpp"
#include "engine/changes.hpp"
#include "engine/delivery.hpp"
#include "engine/parallel.hpp"
#include "instructor/client.hpp"
#include "instructor/repair.hpp"
#include "instructor/stream.hpp"
#include "json/mender.hpp"
#include "model/decode.hpp"

namespace instructor::engine {

/// How elements are handed out.
struct ElementSettings {
  const detail::ElementOps* ops = nullptr;  ///< null: they are not
  ElementPolicy policy = ElementPolicy::ask_again;
};

class StreamRun final : private core::ElementWatcher {
 public:
  StreamRun(const detail::ValueMaker& maker, CallSetup&& setup, bool fail_fast);
  ~StreamRun() override;
  StreamRun(const StreamRun&) = delete;
  StreamRun& operator=(const StreamRun&) = delete;

  /// On to the next visible change; `over`: the answer is whole and valid. Throws the Error that it ended with, again
  /// at each call.
  Progress advance();

  void watch(std::unique_ptr<Changes> changes) {
    changes_ = std::move(changes);
    decoder_->handler().watch(changes_.get());
  }
  void hand_out(const ElementSettings& settings) {
    elements_ = settings;
    decoder_->handler().watch_elements(this, 2);
  }

  bool restarted() const { return restarted_; }
  int attempt() const { return attempt_; }
  detail::LivePlace place() const;
  void* value() const { return value_.get(); }
  detail::AnyValue take_value() { return std::move(value_); }
  const Completion& completion() const { return completion_; }
  Completion take_completion() { return std::move(completion_); }

  std::size_t ready() const { return ready_.size(); }
  void take_one() {
    handed_out_to_ = ready_.front();
    ready_.pop_front();
    keep_what_came();
  }
  const std::vector<SkippedElement>& skipped() const { return skipped_; }

 private:
  Progress go_on();
  void begin_reply();
  void begin_anew();
  void begin_attempt();
  void begin_value();
  void take(const Delta& delta);
  void feed(std::string_view text);
  void feed_source(std::string_view text);
  void feed_json(std::string_view text);
  void feed_found();
  bool may_mend() const;
  void mend_from_here();
  void begin_value_again();
  void feed_calls(bool over);
  bool asks_in_another_mode(const Error& error);
  bool is_answer(const Delta& delta);
  bool must_break_off() const;
  void break_off();
  void end_attempt();
  std::string_view behind_value() const;
  void end(bool over);
  void keep_what_came();
  bool element_ended(std::size_t index, bool valid, const core::TextRange& text) override;
  bool understand_element(const core::TextRange& text);
  int cost_so_far(const Repairs& more = {});

  const detail::ValueMaker& maker_;
  const core::Plan& plan_;
  const bool fail_fast_;
  Attempts attempts_;
  Mode mode_;
  ElementSettings elements_;
  std::unique_ptr<Changes> changes_;

  std::unique_ptr<Delivery> stream_;
  std::vector<Delta> deltas_;
  std::size_t next_delta_ = 0;

  detail::AnyValue value_;
  std::unique_ptr<core::Decoder> decoder_;
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t call_ = none;     // whose arguments are decoded
  std::size_t from_ = 0;        // of the text, what is decoded begins here
  std::size_t fed_ = 0;         // bytes that the decoder was given
  std::string source_;          // which are these
  bool searches_ = false;       // JSON is looked for in the text
  std::size_t searched_ = 0;    // so far there is none in it
  bool skips_line_ = false;     // what is left of the current line is no JSON
  std::size_t candidates_ = 0;  // places at which it seemed to begin

  std::unique_ptr<json::Mender> mender_;  // set: the text is mended before it is decoded
  std::string document_;                  // what was decoded
  Issues before_mending_;                 // what was wrong with the text
  Repairs element_repairs_;
  core::LeftOut left_out_;              // by the decoder
  core::LeftOut left_out_before_;       // the element that came last
  bool is_doubted_ = false;             // what was left out
  std::optional<CallsDocument> calls_;  // parallel tools: what is decoded

  std::deque<std::size_t> ready_;  // where in `document_` each of the elements that wait ends
  std::size_t handed_out_to_ = 0;  // and the last one that does not wait
  std::size_t accepted_ = 0;       // elements of this attempt
  std::size_t repeated_ = 0;       // those that were handed out before the value was begun again
  bool handed_out_ = false;        // elements were
  bool broken_ = false;            // an element is not valid, and that matters
  std::vector<SkippedElement> skipped_;

  bool restarted_ = false;
  bool over_ = false;
  bool last_view_ = false;  // one more is to be shown after the end
  int attempt_ = 0;
  std::unique_ptr<Error> error_;
  Completion completion_;
};

}  // namespace instructor::engine
