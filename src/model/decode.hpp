#pragma once

// The typed decoder: a handler of the push parser that walks plans and fills the value in place.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "instructor/codec.hpp"
#include "instructor/issue.hpp"
#include "json/push_parser.hpp"
#include "model/live.hpp"
#include "model/plan.hpp"
#include "model/undecided.hpp"
#include "model/validate.hpp"

namespace instructor::core {

/// A container that is being filled, and where in it the text is.
struct Frame {
  Slot slot;                         ///< the container itself
  const FieldPlan* field = nullptr;  ///< object: the current member; null: not one of the model's
  std::size_t index = 0;             ///< list: of the current item; object: of the field that comes next by order
  bool has_key = false;              ///< object, map: a key has come and its value is not over
  std::size_t issues_before = 0;
  std::uint64_t seen = 0;                ///< object: which of the first 64 fields have come
  std::vector<bool> seen_beyond;         ///< and of the others
  std::string key;                       ///< the current key, where no field holds it
  bool takes_value = false;              ///< object, map: the current key has a place for its value
  bool is_lax = false;                   ///< values of other types are taken where nothing is lost
  void* element = nullptr;               ///< set: the item being made; Json object: the value of a key that came before
  std::vector<std::string> unknown;      ///< object: some of the keys it does not know, for hints
  std::unordered_set<std::string> keys;  ///< keys so far, of objects kept as Json and of maps that are looked at

  // Of live decoding alone:
  std::unique_ptr<Absences> absences;  ///< what is not there or not valid, so far
  std::size_t issues_told = 0;         ///< issues when the last value ended
  void* staged_field = nullptr;        ///< the value of the current field, when it is not shown until it is done
  void* staged_self = nullptr;         ///< the object itself, until it can be shown
  bool has_no_place = false;           ///< the object turned out to have none; it stays aside
  bool is_duplicate = false;           ///< the current key came before

  /// Are the values of this container named by keys?
  bool is_keyed() const;
};

/// What a decoder is for.
enum class DecodeUse : std::uint8_t {
  at_once,    ///< all of it happens within one call
  trial,      ///< the same, to see what would be wrong: what is tried does not try in its turn
  over_time,  ///< chunks come later, perhaps from another thread
  live,       ///< and what there is of the value is looked at in between
};

/// Members that the type does not know, and allows.
struct LeftOut {
  std::size_t count = 0;
  std::string first;  ///< the path of the first one
};

/// The semantic half: takes the parser's events.
class DecodeHandler final : public Reporter {
 public:
  DecodeHandler(const Plan& root, void* target, const DecodeOptions& options, DecodeUse use);
  ~DecodeHandler() override;
  DecodeHandler(const DecodeHandler&) = delete;
  DecodeHandler& operator=(const DecodeHandler&) = delete;

  void set_parser(json::PushParser<DecodeHandler>* parser) { parser_ = parser; }

  void begin_object();
  void end_object();
  void begin_array();
  void end_array();
  void key(std::string_view key);
  std::string_view expected_key() const;
  void take_expected_key();
  void string(std::string_view text);
  std::string* begin_string();
  void end_string();
  void integer(const Number& value, std::string_view text);
  void floating(double value, std::string_view text);
  void unfit(std::string_view text, json::NumberForm form);
  void boolean(bool value);
  void null();
  bool stopped() const { return stopped_; }

  void document_fault(const json::Failure& failure);
  /// Members that are left out are told here; null: nowhere.
  void note_left_out(LeftOut* left_out) { left_out_ = left_out; }
  std::string path() const override { return path_to(depth_); }

  // ---- live: what is there
  void watch(Watcher* watcher) { watcher_ = watcher; }
  /// Tells `watcher` of the elements of the list that is `depth` containers deep, itself counted.
  void watch_elements(ElementWatcher* watcher, std::size_t depth) {
    elements_ = watcher;
    elements_depth_ = depth;
  }
  /// Something visible has changed since this was asked last.
  bool take_changed() { return std::exchange(changed_, false); }
  /// What the chunk has added to a string that goes on.
  void chunk_ended();
  /// The issues so far do not count.
  void forget_issues();
  detail::LivePlace place() const;
  FieldState state_in_frame(std::size_t frame, std::size_t item, const std::string_view* key) const;
  bool is_current(std::size_t frame, std::size_t item, const std::string_view* key) const;
  FieldState field_state_in_frame(std::size_t frame, const FieldPlan& field) const;
  const Frame& frame(std::size_t index) const { return frames_[index]; }
  std::size_t depth() const { return depth_; }
  /// Is this frame, or one around it, not to be shown yet?
  bool is_hidden(std::size_t frame) const { return frame >= hidden_from_; }

 private:
  // ---- where we are
  Slot next_slot();
  Slot take_slot();   ///< the same, not inlined: where it is rare
  void leave_slot();  ///< as value_ended
  const Plan* next_plan() const;
  Slot next_place(const Plan& wanted);  ///< the next slot, inside all optionals; of a variant, that alternative
  Slot next_element(Frame& frame);
  Slot json_slot(Frame& frame);
  void too_many_values();
  static void open_optionals(Slot& slot) {
    while (slot.plan != nullptr && slot.plan->kind == Kind::optional) [[unlikely]] {
      slot.target = slot.plan->info->optional->emplace(slot.target);
      slot.plan = slot.plan->element;
    }
  }
  void unwrap(Slot& slot, Shape shape, std::string_view text = {});
  void push(const Slot& slot);
  void pop();
  void value_ended();
  void insert_element();
  bool takes_key(const Plan& map, std::string_view key);
  void unknown_key(Frame& frame, std::string_view key);
  void open_json_member(Frame& frame, std::string_view key);
  void duplicate_key(std::string_view key);
  void skip(const Slot& slot);
  void add_pending();
  bool in_skipped() const { return skipped_ != 0; }

  // ---- variants
  void enter_alternative(Slot& slot, Shape shape, std::string_view text);
  bool begin_undecided(Shape shape);
  void passed(Shape shape, std::string_view text);
  void passed_pieces();
  void passed_key(std::string_view key);
  void passed_begin(bool object);
  void passed_end(bool object);
  void decide_if_known();
  void end_undecided();
  void tag_fault(IssueCode code);
  void decode_again(const Alternative& chosen);
  const Plan* text_plan() const;
  const Plan* object_plan() const;
  bool meets_variant() const { return top_ == nullptr ? root_is_variant_ : top_->slot.plan->holds_variants; }
  bool mark_seen(Frame& frame, std::size_t field);
  void unmark_seen(Frame& frame, std::size_t field);
  std::string path_to(std::size_t frames) const;

  // ---- live
  void note_element();
  void* stage_field(Frame& frame);
  bool begin_staged_object();
  void show_staged(Frame& frame);
  void drop_staged(Frame& frame);
  void live_begun();
  void live_value(const Slot& slot, bool valid, bool container);
  void live_value_ended();
  void mark_faulty(bool was_shown);
  void keep_absences(Frame& closed);
  void tell_arrived(const Frame& frame);
  bool shown() const { return hidden_from_ == nowhere; }
  FieldState state_of_current(std::size_t frame) const;

  // ---- what is wrong
  void store_enumerator(const Slot& slot, std::string_view text);
  void store_text(const Slot& slot, std::string_view text);
  void misfit(const Slot& slot, Shape shape, std::string_view text);
  bool coerce(const Slot& slot, Shape shape, std::string_view text);
  bool is_lax(const Slot& slot) const {
    return options_.lax || (slot.field != nullptr && slot.field->lax) || (top_ != nullptr && top_->is_lax);
  }
  void out_of_range(const Slot& slot, std::string_view text);
  void wrong_type(const Slot& slot, std::string received);
  void finish_value(const Slot& slot, std::size_t issues_before, bool container = false);
  void settle_missing(Frame& frame);
  void check_whole();

  const Plan& root_;
  void* root_target_;
  const DecodeOptions& options_;
  json::PushParser<DecodeHandler>* parser_ = nullptr;
  bool stopped_ = false;

  std::vector<Frame> own_frames_;
  std::vector<Frame>& frames_;  // beyond depth_ they are kept for their memory
  std::size_t depth_ = 0;
  Frame* top_ = nullptr;     // the innermost open one
  std::size_t skipped_ = 0;  // containers open inside a value that is skipped
  std::size_t values_ = 0;

  const bool tries_;
  const bool root_is_variant_;
  LeftOut* left_out_ = nullptr;
  std::unique_ptr<Undecided> undecided_;  // it takes what comes
  const Alternative* chosen_ = nullptr;   // of the value that begins next

  Slot string_slot_;
  bool string_deferred_ = false;    // it is kept in scratch_ until it is whole
  std::string scratch_;             // strings that are not kept as they come: enumerators, misplaced ones
  std::unique_ptr<Issue> pending_;  // about a misplaced container; added when its text is complete

  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  const bool live_;
  bool changed_ = false;
  std::size_t hidden_from_ = nowhere;     // the outermost frame that is not shown yet
  const std::string* growing_ = nullptr;  // the string that is arriving in pieces
  std::size_t growing_told_ = 0;          // how much of it was told
  bool string_grew_ = false;              // the string that has just ended came in pieces
  std::unique_ptr<Absences> root_absences_;
  bool root_valid_ = false;
  bool root_shown_ = false;  // it was seen while it came
  Watcher* watcher_ = nullptr;
  ElementWatcher* elements_ = nullptr;
  std::size_t elements_depth_ = 0;
  std::size_t element_begin_ = nowhere;
};

/// Fills a value-initialised object from JSON text that arrives in chunks of any size.
class Decoder {
 public:
  /// `target` and `options` must outlive the decoder.
  Decoder(const Plan& plan, void* target, const DecodeOptions& options, DecodeUse use);

  /// False once the text is given up; `issues` says why.
  bool feed(std::string_view chunk);

  /// The text has ended. True when the target holds a valid value.
  bool finish();

  /// The value is whole; only white space may follow.
  bool done() const { return parser_.done(); }

  /// The text was given up: it is no JSON document.
  bool failed() const { return parser_.failed(); }

  Issues& issues() { return handler_.issues(); }
  Issues& warnings() { return handler_.warnings(); }

  DecodeHandler& handler() { return handler_; }
  const DecodeHandler& handler() const { return handler_; }

 private:
  void tell_fault();

  DecodeHandler handler_;
  json::PushParser<DecodeHandler> parser_;
  bool fault_told_ = false;
};

}  // namespace instructor::core
