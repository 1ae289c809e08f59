#include "cli/mock_stream.hpp"

#include <algorithm>
#include <utility>

#include "instructor/codec.hpp"

namespace instructor::cli {

namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

/// The length of the first `count` characters.
std::size_t length_of(std::string_view text, std::size_t count) {
  std::size_t length = 0;
  while (length < text.size() && (count > 0 || !begins_character(text[length])))
    if (begins_character(text[length++])) --count;
  return length;
}

bool says_true(const Json& request, const char* place) {
  const Json::json_pointer pointer(place);
  return request.contains(pointer) && request.at(pointer) == true;
}

std::string as_event(const std::string& data) { return "data: " + data + "\n\n"; }

}  // namespace

bool wants_stream(const Json& request) { return says_true(request, "/stream"); }

std::size_t whole_characters(std::string_view text, std::size_t most) {
  if (most >= text.size()) return text.size();
  while (most > 0 && !begins_character(text[most])) --most;
  return most;
}

MockStream::MockStream(const Json& completion, const Json& request, const Streaming& streaming)
    : chunk_size_(streaming.chunk_size),
      cut_after_(streaming.cut_after),
      with_usage_(says_true(request, "/stream_options/include_usage")) {
  for (const char* key : {"id", "object", "created", "model"}) head_[key] = completion.at(key);
  head_["object"] = "chat.completion.chunk";

  const Json& choice = completion.at("choices").at(0);
  const Json& message = choice.at("message");
  Json first{{"role", "assistant"}, {"content", nullptr}};
  std::vector<Json> calls;
  if (message.at("content").is_string()) {
    first["content"] = "";
    texts_.push_back({"content", std::nullopt, message.at("content").get<std::string>()});
  }
  if (message.contains("refusal") && message.at("refusal").is_string()) {
    first["refusal"] = "";
    texts_.push_back({"refusal", std::nullopt, message.at("refusal").get<std::string>()});
  }
  if (message.contains("tool_calls"))
    for (Json call : message.at("tool_calls")) {
      Json& arguments = call.at("function").at("arguments");
      texts_.push_back({"arguments", calls.size(), arguments.get<std::string>()});
      arguments = "";
      Json opened{{"index", calls.size()}};
      opened.update(call);
      calls.push_back(std::move(opened));
    }

  if (!calls.empty()) first["tool_calls"] = Json::array({calls.front()});
  opening_.push_back(event(std::move(first), nullptr));
  for (std::size_t i = 1; i < calls.size(); ++i)
    opening_.push_back(event({{"tool_calls", Json::array({calls[i]})}}, nullptr));

  for (const Text& text : texts_) size_ += text.text.size();

  closing_.push_back(event(Json::object(), choice.at("finish_reason")));
  if (with_usage_) {
    Json usage = head_;
    usage["choices"] = Json::array();
    usage["usage"] = completion.at("usage");
    closing_.push_back(as_event(encode(usage)));
  }
  closing_.push_back(as_event("[DONE]"));
}

std::string MockStream::event(Json delta, const Json& finish_reason) const {
  Json choice{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", finish_reason}};
  Json whole = head_;
  whole["choices"] = Json::array({std::move(choice)});
  if (with_usage_) whole["usage"] = nullptr;
  return as_event(encode(whole));
}

std::optional<MockStream::Event> MockStream::next() {
  const bool opens = !opening_.empty();
  if (!opens && cut_after_ && given_ >= *cut_after_) return std::nullopt;
  if (!opens && given_ < size_) return next_piece();
  std::deque<std::string>& events = opens ? opening_ : closing_;
  if (events.empty()) return std::nullopt;
  Event event{std::move(events.front())};
  events.pop_front();
  return event;
}

std::optional<MockStream::Event> MockStream::next_piece() {
  while (texts_[turn_].given == texts_[turn_].text.size()) turn_ = (turn_ + 1) % texts_.size();
  Text& text = texts_[turn_];
  turn_ = (turn_ + 1) % texts_.size();

  const std::string_view rest = std::string_view(text.text).substr(text.given);
  std::size_t length = length_of(rest, chunk_size_);
  if (cut_after_) length = whole_characters(rest, std::min(length, *cut_after_ - given_));
  if (length == 0) return std::nullopt;
  text.given += length;
  given_ += length;

  Json piece{{text.key, rest.substr(0, length)}};
  if (text.call) piece = {{"tool_calls", Json::array({{{"index", *text.call}, {"function", std::move(piece)}}})}};
  return Event{event(std::move(piece), nullptr), length};
}

}  // namespace instructor::cli
