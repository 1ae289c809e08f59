#include "testing/wire/written.hpp"

#include <algorithm>
#include <deque>
#include <iterator>

#include "instructor/codec.hpp"
#include "json/close.hpp"
#include "testing/wire/characters.hpp"

namespace instructor::testing::wire {

namespace {

class WrittenStream final : public ServedStream {
 public:
  WrittenStream(std::unique_ptr<StreamWriter> writer, const Streaming& streaming, CallPieces calls)
      : writer_(std::move(writer)), streaming_(streaming), calls_(calls) {
    const Reply& reply = writer_->reply();
    thoughts_.push_back({Piece::Part::reasoning, 0, reply.reasoning, 0, reply.reasoning.empty()});
    if (!reply.text.empty()) texts_.push_back({Piece::Part::text, 0, reply.text});
    if (!reply.refusal.empty()) texts_.push_back({Piece::Part::refusal, 0, reply.refusal});
    for (std::size_t i = 0; i < reply.tool_calls.size(); ++i) {
      const std::string& arguments = reply.tool_calls[i].arguments;
      arguments_.push_back({Piece::Part::arguments, i, arguments, 0, arguments.empty() && calls == CallPieces::cut});
    }
    for (const std::vector<Strand>* strands : {&texts_, &arguments_})
      for (const Strand& strand : *strands) size_ += strand.text.size();
  }

  std::optional<Part> next() override {
    while (ready_.empty())
      if (!go_on()) return std::nullopt;
    Part part{std::move(ready_.front()), pending_};
    ready_.pop_front();
    pending_ = 0;
    return part;
  }

  bool complete() const override { return stage_ == Stage::over && ready_.empty(); }
  std::size_t answer_size() const override { return size_; }

 private:
  enum class Stage : std::uint8_t { begin, reasoning, answer, over };

  /// A text that comes in pieces.
  struct Strand {
    Piece::Part part = Piece::Part::text;
    std::size_t call = 0;
    std::string_view text;  ///< of the writer's reply
    std::size_t given = 0;
    bool done = false;
  };

  static bool all_done(const std::vector<Strand>& strands) { return std::ranges::all_of(strands, &Strand::done); }

  /// Makes events; false: there are no more.
  bool go_on() {
    Events events;
    switch (stage_) {
      case Stage::begin:
        writer_->begin(events);
        stage_ = Stage::reasoning;
        break;
      case Stage::reasoning:
        if (!all_done(thoughts_)) {
          give(thoughts_.front(), piece_length(thoughts_.front()), events);
          break;
        }
        writer_->begin_answer(events);
        stage_ = Stage::answer;
        break;
      case Stage::answer:
        if (streaming_.cut_after && given_ >= *streaming_.cut_after) return false;
        if (all_done(texts_) && all_done(arguments_)) {
          writer_->end(events);
          stage_ = Stage::over;
        } else if (!go_on_with_answer(events)) {
          return false;
        }
        break;
      case Stage::over: return false;
    }
    std::ranges::move(events, std::back_inserter(ready_));
    return true;
  }

  /// False: the connection closes within the next character, or call.
  bool go_on_with_answer(Events& events) {
    Strand& strand = next_strand();
    const std::string_view rest = strand.text.substr(strand.given);
    std::size_t length = piece_length(strand);
    if (streaming_.cut_after) {
      const std::size_t left = *streaming_.cut_after - given_;
      if (left < length && is_whole(strand)) return false;
      length = whole_characters(rest, std::min(length, left));
      if (length == 0 && !rest.empty()) return false;
    }
    given_ += length;
    pending_ += length;
    give(strand, length, events);
    return true;
  }

  /// Texts one after the other, calls in turns.
  Strand& next_strand() {
    const auto text = std::ranges::find(texts_, false, &Strand::done);
    if (text != texts_.end()) return *text;
    while (arguments_[turn_].done) turn_ = (turn_ + 1) % arguments_.size();
    Strand& strand = arguments_[turn_];
    turn_ = (turn_ + 1) % arguments_.size();
    return strand;
  }

  bool is_whole(const Strand& strand) const {
    return calls_ == CallPieces::whole && strand.part == Piece::Part::arguments;
  }

  std::size_t piece_length(const Strand& strand) const {
    const std::string_view rest = strand.text.substr(strand.given);
    if (is_whole(strand)) return rest.size();
    return streaming_.unit == Streaming::Unit::bytes
               ? length_of_bytes(rest, streaming_.size)
               : length_of_characters(rest, std::max<std::size_t>(streaming_.size, 1));
  }

  void give(Strand& strand, std::size_t length, Events& events) {
    writer_->piece({strand.part, strand.call, strand.text.substr(strand.given, length)}, events);
    strand.given += length;
    strand.done = strand.given == strand.text.size();
  }

  std::unique_ptr<StreamWriter> writer_;
  Streaming streaming_;
  CallPieces calls_;
  Stage stage_ = Stage::begin;
  std::vector<Strand> thoughts_;
  std::vector<Strand> texts_;
  std::vector<Strand> arguments_;
  std::size_t turn_ = 0;
  std::deque<std::string> ready_;
  std::size_t pending_ = 0;  ///< bytes of the answer in what is ready
  std::size_t size_ = 0;
  std::size_t given_ = 0;
};

}  // namespace

std::unique_ptr<ServedStream> stream_of(std::unique_ptr<StreamWriter> writer, const Streaming& streaming,
                                        CallPieces calls) {
  return std::make_unique<WrittenStream>(std::move(writer), streaming, calls);
}

Served json_response(int status, const Json& body, std::vector<HttpHeader> headers) {
  headers.insert(headers.begin(), {"content-type", "application/json"});
  return {{status, std::move(headers)}, encode(body), nullptr};
}

Served stream_response(std::string content_type, std::unique_ptr<ServedStream> stream,
                       std::vector<HttpHeader> headers) {
  headers.insert(headers.begin(), {"content-type", std::move(content_type)});
  return {{200, std::move(headers)}, {}, std::move(stream)};
}

std::string sse(std::string_view name, std::string_view data) {
  std::string event;
  if (!name.empty()) event.append("event: ").append(name).append("\n");
  return event.append("data: ").append(data).append("\n\n");
}

std::optional<Json> arguments_object(std::string_view arguments) {
  auto value = decode<Json>(arguments);
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(*value);
}

Json arguments_value(std::string_view arguments) {
  if (auto value = decode<Json>(arguments)) return std::move(*value);
  if (arguments.empty()) return Json::object();
  if (arguments.starts_with('{'))
    if (auto begun = arguments_object(json::closed(arguments))) return std::move(*begun);
  return arguments;
}

std::string_view word_for(int status, std::span<const StatusWord> words, std::string_view client_word,
                          std::string_view server_word) {
  const auto row = std::ranges::find(words, status, &StatusWord::status);
  if (row != words.end()) return row->word;
  return status >= 500 ? server_word : client_word;
}

}  // namespace instructor::testing::wire
