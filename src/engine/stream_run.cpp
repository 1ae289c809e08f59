#include "engine/stream_run.hpp"

#include <algorithm>
#include <utility>

#include "engine/asking.hpp"
#include "json/scan.hpp"
#include "json/text.hpp"
#include "model/align.hpp"
#include "model/bracket_look.hpp"
#include "model/candidates.hpp"
#include "model/tolerant.hpp"

namespace instructor::engine {

namespace {

constexpr std::size_t max_candidates = 8;

bool has_json(std::string_view text) {
  return std::ranges::any_of(core::find_candidates(text).values, [](const core::Candidate& candidate) {
    return core::look_at_beginning(candidate.text) == core::BeginsLike::json;
  });
}

CallSetup&& streamed(CallSetup&& setup) {
  setup.stream = true;
  return std::move(setup);
}

/// Where JSON seems to begin: a bracket that is the first of its line, or one before a quoted key, at or after `from`.
/// npos: nowhere yet, and then `from` is where to look on.
std::size_t find_start(std::string_view text, std::size_t& from) {
  std::size_t line = from;
  while (line < text.size()) {
    std::size_t at = line;
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r')) ++at;
    if (at == text.size()) break;
    if (text[at] == '{' || text[at] == '[') return at;
    // A fence with the JSON on its own line.
    if (text.substr(at).starts_with("```json")) {
      std::size_t inside = at + 7;
      while (inside < text.size() && text[inside] == ' ') ++inside;
      if (inside < text.size() && (text[inside] == '{' || text[inside] == '[')) return inside;
    }
    const std::size_t end = std::min(text.find('\n', at), text.size());
    while ((at = text.find('{', at)) < end) {
      std::size_t inside = at + 1;
      while (inside < text.size() && text[inside] == ' ') ++inside;
      if (inside == text.size()) {
        from = at;
        return std::string_view::npos;
      }
      if (text[inside] == '"') return at;
      at = inside;
    }
    if (end == text.size()) break;
    line = end + 1;
  }
  from = line;
  return std::string_view::npos;
}

}  // namespace

StreamRun::StreamRun(const detail::ValueMaker& maker, CallSetup&& setup, bool fail_fast)
    : maker_(maker),
      plan_(core::plan_of(*maker.type)),
      fail_fast_(fail_fast),
      attempts_(maker, streamed(std::move(setup))),
      mode_(attempts_.call().mode),
      value_(nullptr, maker.destroy) {
  begin_value();
}

StreamRun::~StreamRun() = default;

detail::LivePlace StreamRun::place() const { return decoder_->handler().place(); }

Progress StreamRun::advance() {
  restarted_ = false;
  if (error_ != nullptr) throw Error(*error_);
  try {
    return go_on();
  } catch (const Error& error) {
    error_ = std::make_unique<Error>(error);
    stream_ = nullptr;
    if (changes_ != nullptr) changes_->flush();
    throw;
  }
}

Progress StreamRun::go_on() {
  while (!over_) {
    if (stream_ == nullptr) {
      begin_attempt();
      if (restarted_) return Progress::changed;
      continue;
    }
    if (broken_ || must_break_off()) {
      break_off();
      continue;
    }
    if (next_delta_ < deltas_.size()) {
      try {
        take(deltas_[next_delta_++]);
      } catch (const Error& error) {  // a check cannot do its work
        end(attempts_.fail(error, stream_->take_reply()));
        continue;
      }
      const bool changed = decoder_->handler().take_changed();
      if (elements_.ops != nullptr ? !ready_.empty() : changed || restarted_) return Progress::changed;
      continue;
    }
    next_delta_ = 0;
    if (changes_ != nullptr) changes_->flush_if_due();
    bool more = false;
    try {
      if (!stream_->ready()) return Progress::waiting;
      more = stream_->next(deltas_);
    } catch (const Error& error) {
      if (asks_in_another_mode(error)) continue;
      end(attempts_.fail(error, stream_->take_reply()));
      continue;
    }
    if (!more) end_attempt();
  }
  return std::exchange(last_view_, false) ? Progress::changed : Progress::over;
}

void StreamRun::begin_attempt() {
  if (attempt_ != 0) {
    restarted_ = true;
    attempts_.tell_so_far(completion_);
    begin_value();
    if (changes_ != nullptr) changes_->restarted();
  }
  ++attempt_;
  deltas_.clear();
  next_delta_ = 0;
  Call& call = attempts_.next();
  mode_ = call.mode;
  begin_reply();
  stream_ = std::make_unique<Delivery>(attempts_.setup(), call, attempts_.deadline());
  if (handed_out_) stream_->keep_what_came();
}

void StreamRun::begin_reply() {
  call_ = none;
  searched_ = candidates_ = accepted_ = repeated_ = 0;
  searches_ = mode_ == Mode::md_json;
  skips_line_ = false;
  broken_ = false;
}

/// The connection broke, and the same is asked for once more.
void StreamRun::begin_anew() {
  begin_value_again();
  begin_reply();
}

/// What was handed out cannot be taken back: nobody begins from the beginning.
void StreamRun::keep_what_came() {
  handed_out_ = true;
  attempts_.keep_client();
  if (stream_ != nullptr) stream_->keep_what_came();
}

/// The stream is over before it has shown anything; the next one is asked for in another way.
bool StreamRun::asks_in_another_mode(const Error& error) {
  if (!attempts_.fall_back(error)) return false;
  stream_ = nullptr;
  return true;
}

/// An empty value and a decoder for it.
void StreamRun::begin_value() {
  decoder_ = nullptr;
  value_.reset(maker_.make());
  decoder_ = std::make_unique<core::Decoder>(plan_, value_.get(), attempts_.decode_options(), core::DecodeUse::live);
  decoder_->handler().watch(changes_.get());
  if (elements_.ops != nullptr) decoder_->handler().watch_elements(this, 2);
  from_ = fed_ = 0;
  source_.clear();
  mender_ = nullptr;
  document_.clear();
  handed_out_to_ = 0;
  element_repairs_ = {};
  left_out_ = left_out_before_ = {};
  is_doubted_ = false;
  decoder_->handler().note_left_out(&left_out_);
  calls_.reset();
}

/// The same reply is to be decoded from another place on, or in another way.
void StreamRun::begin_value_again() {
  const bool was_shown = decoder_->handler().depth() != 0 || decoder_->done();
  repeated_ = accepted_ = accepted_ - ready_.size();
  ready_.clear();
  begin_value();
  if (!was_shown) return;
  restarted_ = true;
  if (changes_ != nullptr) changes_->restarted();
}

// ---- what comes --------------------------------------------------------------------------------------------------

void StreamRun::take(const Delta& delta) {
  if (delta.kind == Delta::Kind::anew) return begin_anew();
  if (maker_.parallel) {
    if (delta.kind == Delta::Kind::arguments) feed_calls(false);
  } else if (is_by_tools(mode_)) {
    if (delta.kind == Delta::Kind::arguments && is_answer(delta)) feed(delta.text);
  } else if (delta.kind == Delta::Kind::text) {
    if (searches_)
      feed_found();
    else
      feed(delta.text);
  }
}

/// The first call of the tool that was asked for. Whether there are others is seen at the end.
bool StreamRun::is_answer(const Delta& delta) {
  if (call_ == none && stream_->reply().tool_calls[delta.call].name == attempts_.call().output.name) call_ = delta.call;
  return call_ == delta.call;
}

void StreamRun::feed(std::string_view text) {
  feed_source(text);
  if (!decoder_->failed() || !may_mend()) return;
  const auto first = std::ranges::find_if_not(source_, json::is_space);
  const bool begins_with_json = first != source_.end() && (*first == '{' || *first == '[');
  if (is_by_tools(mode_) || begins_with_json) return mend_from_here();
  begin_value_again();
  searches_ = true;
  feed_found();
}

/// What the model wrote, mended if need be.
void StreamRun::feed_source(std::string_view text) {
  fed_ += text.size();
  if (mender_ == nullptr) {
    source_ += text;
    return feed_json(text);
  }
  std::string mended;
  mender_->feed(text, mended);
  feed_json(mended);
}

/// The elements that are handed out may come as the list alone, without the object around it.
void StreamRun::feed_json(std::string_view text) {
  if (elements_.ops != nullptr && document_.find_first_not_of(" \t\r\n") == std::string::npos) {
    const auto first = std::ranges::find_if_not(text, json::is_space);
    if (first != text.end() && *first == '[') {
      decoder_ = std::make_unique<core::Decoder>(core::plan_of(*elements_.ops->bare_list),
                                                 elements_.ops->list_in(value_.get()), attempts_.decode_options(),
                                                 core::DecodeUse::live);
      decoder_->handler().watch_elements(this, 1);
      decoder_->handler().note_left_out(&left_out_);
      decoder_->feed(document_);
    }
  }
  document_ += text;
  decoder_->feed(text);
}

bool StreamRun::may_mend() const {
  return mender_ == nullptr && !maker_.parallel && attempts_.setup().repair.level != RepairLevel::none &&
         std::ranges::any_of(decoder_->issues(), [](const Issue& issue) {
           return issue.code == IssueCode::json_invalid || issue.code == IssueCode::invalid_utf8;
         });
}

/// What was fed so far is fed once more, mended, and so is what comes.
void StreamRun::mend_from_here() {
  const std::string source = std::exchange(source_, {});
  const std::size_t from = from_;
  before_mending_ = std::move(decoder_->issues());
  begin_value_again();
  from_ = from;
  mender_ = std::make_unique<json::Mender>();
  feed_source(source);
}

/// JSON among other text: decoded from where it seems to begin to where it is whole. What counts is settled at the end.
void StreamRun::feed_found() {
  const std::string_view text = stream_->reply().text;
  while (candidates_ < max_candidates) {
    if (skips_line_) {
      const std::size_t line = text.find('\n', searched_);
      searched_ = line == std::string_view::npos ? text.size() : line + 1;
      if (line == std::string_view::npos) return;
      skips_line_ = false;
    }
    if (fed_ == 0) {
      const std::size_t start = find_start(text, searched_);
      if (start == std::string_view::npos) return;
      ++candidates_;
      from_ = start;
    }
    // The last byte decides where the value ends, so that not more is counted than belongs to it.
    for (std::string_view rest = text.substr(from_ + fed_); !rest.empty() && !decoder_->done() && !decoder_->failed();
         rest = text.substr(from_ + fed_)) {
      const std::size_t bracket = rest.find_first_of("}]");
      const std::string_view part = rest.substr(0, bracket == std::string_view::npos ? rest.size() : bracket + 1);
      feed_source(part);
    }
    if (!decoder_->failed()) return;
    if (may_mend()) {
      const core::BeginsLike look = core::look_at_beginning(text.substr(from_));
      if (look == core::BeginsLike::too_short) return;
      if (look == core::BeginsLike::json) {
        mend_from_here();
        continue;
      }
    }
    // No JSON after all: on with the next line.
    if (accepted_ != ready_.size()) {
      broken_ = true;
      return;
    }
    const std::size_t from = from_;
    begin_value_again();
    searched_ = from;
    skips_line_ = true;
  }
}

/// Calls beside one another, as one document.
void StreamRun::feed_calls(bool over) {
  if (!calls_) calls_.emplace(parallel_types(*maker_.type));
  const std::string grown = calls_->grown_by(stream_->reply().tool_calls, over);
  if (!grown.empty()) feed(grown);
}

bool StreamRun::element_ended(std::size_t index, bool valid, const core::TextRange& text) {
  if (index < repeated_) {
    handed_out_to_ = text.to;
    elements_.ops->drop_last(value_.get());
    if (!valid) decoder_->handler().forget_issues();
    return true;
  }
  const bool is_understood = valid || understand_element(text);
  if (is_understood && cost_so_far() <= attempts_.setup().repair.max_cost) {
    left_out_before_ = left_out_;
    ready_.push_back(text.to);
    ++accepted_;
    return true;
  }
  elements_.ops->drop_last(value_.get());
  if (is_understood) {  // perhaps, in a text that is too broken
    decoder_->issues() = before_mending_;
    broken_ = true;
    return false;
  }
  left_out_before_ = left_out_;
  if (elements_.policy == ElementPolicy::skip) {
    skipped_.push_back({index, std::move(decoder_->issues())});
    decoder_->handler().forget_issues();
    return true;
  }
  broken_ = true;
  return false;
}

/// An element that is not valid, when what it means is clear.
bool StreamRun::understand_element(const core::TextRange& text) {
  const RepairPolicy& policy = attempts_.setup().repair;
  if (text.empty() || policy.level != RepairLevel::full) return false;
  const core::Plan& plan = *core::plan_of(*elements_.ops->bare_list).element;
  const std::string_view written = std::string_view(document_).substr(text.from, text.to - text.from);
  const core::Alignment aligned = core::align(plan, written, attempts_.decode_options());
  if (!aligned.changed || !core::fields_allow(plan, aligned.repairs)) return false;
  elements_.ops->drop_last(value_.get());
  void* const element = elements_.ops->add(value_.get());
  core::Decoder decoder(plan, element, attempts_.decode_options(), core::DecodeUse::at_once);
  core::LeftOut left_out = left_out_before_;
  decoder.handler().note_left_out(&left_out);
  decoder.feed(aligned.json);
  if (!decoder.finish()) return false;
  left_out_ = std::move(left_out);
  if (cost_so_far(aligned.repairs) > policy.max_cost) return false;
  decoder_->handler().forget_issues();
  for (Repair repair : aligned.repairs) {
    repair.path.insert(0, decoder_->handler().path());
    element_repairs_.add(std::move(repair));
  }
  return true;
}

/// How doubtful all is that came so far, and what is to be done.
int StreamRun::cost_so_far(const Repairs& more) {
  if (mender_ == nullptr) return Repairs::cost_together({&element_repairs_, &more});
  if (!is_doubted_ && left_out_.count != 0 && core::is_put_together(mender_->repairs())) {
    is_doubted_ = true;
    element_repairs_.add(core::repair_of(left_out_));
  }
  return Repairs::cost_together({&mender_->repairs(), &element_repairs_, &more});
}

// ---- how it ends -------------------------------------------------------------------------------------------------

/// Something is complete and wrong, and the rest would not mend it. At the very end there is nothing to save.
bool StreamRun::must_break_off() const {
  if (decoder_->done()) return false;
  if (elements_.ops != nullptr) return decoder_->failed();  // of elements their policy decides
  if (!fail_fast_) return false;
  // Where there is no JSON at all, the end may tell why: a refusal in words.
  const bool says_something_else = !is_by_tools(mode_) && decoder_->handler().depth() == 0;
  const RepairLevel level = attempts_.setup().repair.level;
  return std::ranges::any_of(decoder_->issues(), [&](const Issue& issue) {
    if (level == RepairLevel::full) return core::is_beyond_repair(issue.code);
    if (level == RepairLevel::syntax || searches_ || says_something_else) return !core::is_about_document(issue.code);
    return true;
  });
}

void StreamRun::break_off() {
  Reply reply = stream_->take_reply();
  stream_ = nullptr;  // closes the connection
  if (elements_.ops != nullptr) attempts_.accept_elements(accepted_);
  if (broken_ && elements_.policy == ElementPolicy::stop) attempts_.stop_asking();
  end(attempts_.take_broken_off(std::move(reply), call_, *decoder_));
}

void StreamRun::end_attempt() {
  if (maker_.parallel && fed_ != 0) feed_calls(true);
  if (mender_ != nullptr) {
    std::string mended;
    mender_->finish(mended);
    feed_json(mended);
  }
  if (elements_.ops != nullptr) attempts_.accept_elements(accepted_);
  LiveAnswer live{.decoder = *decoder_, .call = call_, .from = from_, .size = fed_};
  if (maker_.parallel) live.document = document_;
  const bool was_found = searches_ && mode_ != Mode::md_json;  // where the text was to be nothing but JSON
  if (mender_ != nullptr || was_found) live.mended = document_;
  live.has_elements = elements_.ops != nullptr;
  live.handed_out = std::string_view(document_).substr(0, handed_out_to_);
  if (mender_ != nullptr) {
    cost_so_far();
    live.repairs = mender_->repairs();
  }
  live.repairs.append(element_repairs_);
  if (live.has_elements && !live.mended.empty() && has_json(behind_value())) live.has_elements = false;
  const bool over = attempts_.take(stream_->take_reply(), fed_ == 0 ? nullptr : &live);
  end(over);
}

/// What came and was not decoded, where the value was found or mended.
std::string_view StreamRun::behind_value() const {
  const Reply& reply = stream_->reply();
  std::string_view all = reply.text;
  if (is_by_tools(mode_))
    all = call_ < reply.tool_calls.size() ? reply.tool_calls[call_].arguments : std::string_view();
  return all.substr(std::min(all.size(), from_ + (mender_ != nullptr ? mender_->consumed() : fed_)));
}

void StreamRun::end(bool over) {
  stream_ = nullptr;
  if (!over) return;
  over_ = true;
  detail::AnyValue decoded_at_the_end = attempts_.finish(&completion_);
  if (decoded_at_the_end != nullptr) {  // it is not what was shown on the way
    begin_value_again();
    feed_json(completion_.answer);
    last_view_ = elements_.ops == nullptr;
  }
  if (changes_ != nullptr) changes_->flush();
}

}  // namespace instructor::engine
