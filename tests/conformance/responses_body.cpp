#include "responses_body.hpp"

#include <algorithm>
#include <map>

namespace conformance {

namespace {

using instructor::FinishReason;

std::int64_t count_at(const Json* object, std::string_view name) {
  const Json* const value = object == nullptr ? nullptr : member(*object, name);
  return value != nullptr && value->is_number_integer() ? value->get<std::int64_t>() : 0;
}

/// The members of a list, or none.
Json items_at(const Json& object, std::string_view name) {
  const Json* const list = member(object, name);
  return list != nullptr && list->is_array() ? *list : Json::array();
}

void read_item(const Json& item, ChatBody& out) {
  const std::string type = text_at(item, "type");
  if (type == "message") {
    if (const Json* const content = member(item, "content"); content != nullptr && content->is_string())
      out.text += content->get<std::string>();
    for (const Json& part : items_at(item, "content")) {
      if (text_at(part, "type") == "output_text") out.text += text_at(part, "text");
      if (text_at(part, "type") == "refusal") out.refusal += text_at(part, "refusal");
    }
  } else if (type == "reasoning") {
    for (const Json& part : items_at(item, "summary")) out.reasoning += text_at(part, "text");
    for (const Json& part : items_at(item, "content")) out.reasoning += text_at(part, "text");
  } else if (type == "function_call" || type == "custom_tool_call") {
    const Json* const arguments = member(item, type == "function_call" ? "arguments" : "input");
    out.calls.push_back({text_at(item, "call_id"), text_at(item, "name"), arguments == nullptr ? Json() : *arguments});
  }
}

void read_usage(const Json* usage, ChatUsage& out) {
  if (usage == nullptr || !usage->is_object()) return;
  out.input = count_at(usage, "input_tokens");
  out.output = count_at(usage, "output_tokens");
  out.total = count_at(usage, "total_tokens");
  out.cached = count_at(member(*usage, "input_tokens_details"), "cached_tokens");
  out.reasoning = count_at(member(*usage, "output_tokens_details"), "reasoning_tokens");
  if (out.total != 0 && out.total == out.input + out.output + out.reasoning) out.output += out.reasoning;
  if (out.total == 0) out.total = out.input + out.output;
}

/// All of a response but its output.
void read_outcome(const Json& response, ResponsesBody& out) {
  if (std::string id = text_at(response, "id"); !id.empty()) out.id = std::move(id);
  if (std::string model = text_at(response, "model"); !model.empty()) out.model = std::move(model);
  read_usage(member(response, "usage"), out.usage);
  const std::string status = text_at(response, "status");
  const Json* const details = member(response, "incomplete_details");
  const std::string why = details == nullptr ? std::string() : text_at(*details, "reason");
  out.finish_reason = why.empty() ? status : why;
  if (status == "completed")
    out.reason = out.calls.empty() ? FinishReason::stop : FinishReason::tool_calls;
  else if (why == "max_output_tokens")
    out.reason = FinishReason::length;
  else if (why == "content_filter")
    out.reason = FinishReason::content_filter;
  else
    out.reason = out.finish_reason.empty() ? FinishReason::unknown : FinishReason::other;
}

/// What the events before the last say, for streams whose last event does not repeat it.
class Pieces {
 public:
  void take(const Json& event) {
    const std::string type = text_at(event, "type");
    if (type == "response.output_item.added" || type == "response.output_item.done") {
      if (const Json* const item = member(event, "item")) place(key_of(event, text_at(*item, "id")))["item"] = *item;
    } else if (type.ends_with(".delta") || type.ends_with(".done")) {
      for (const std::string_view what : {"output_text", "refusal", "function_call_arguments", "custom_tool_call_input",
                                          "reasoning_text", "reasoning_summary_text"})
        if (type.starts_with("response." + std::string(what) + ".")) take_piece(event, std::string(what));
    }
  }

  void read(ChatBody& out) const {
    for (const std::string& key : order_) {
      const Json& place = places_.at(key);
      ChatBody whole;
      if (const Json* const item = member(place, "item")) read_item(*item, whole);
      const auto text = [&](const char* name, const std::string& otherwise) {
        const std::string pieces = text_at(place, name);
        return pieces.empty() ? otherwise : pieces;
      };
      out.text += text("output_text", whole.text);
      out.refusal += text("refusal", whole.refusal);
      const std::string thought = text_at(place, "reasoning_summary_text") + text_at(place, "reasoning_text");
      out.reasoning += thought.empty() ? whole.reasoning : thought;
      for (ChatCall& call : whole.calls) {
        const std::string pieces = text_at(place, "function_call_arguments") + text_at(place, "custom_tool_call_input");
        if (!pieces.empty()) call.arguments = pieces;
        out.calls.push_back(std::move(call));
      }
    }
  }

 private:
  static std::string key_of(const Json& event, const std::string& id) {
    const Json* const index = member(event, "output_index");
    return index != nullptr && index->is_number_integer() ? index->dump() : id;
  }

  Json& place(const std::string& key) {
    if (!places_.contains(key)) {
      order_.push_back(key);
      places_[key] = Json::object();
    }
    return places_[key];
  }

  void take_piece(const Json& event, const std::string& what) {
    Json& at = place(key_of(event, text_at(event, "item_id")));
    at[what] = text_at(at, what) + text_at(event, "delta");
  }

  std::vector<std::string> order_;
  std::map<std::string, Json> places_;
};

}  // namespace

std::optional<ResponsesBody> read_responses_body(const Json& body) {
  const Json* const output = member(body, "output");
  if (member(body, "error") != nullptr || output == nullptr || !output->is_array()) return std::nullopt;
  ResponsesBody out;
  for (const Json& item : *output) read_item(item, out);
  read_outcome(body, out);
  return out;
}

ResponsesStream read_responses_stream(const std::vector<std::string>& events) {
  ResponsesStream stream;
  Pieces pieces;
  for (const std::string& text : events) {
    if (text == "[DONE]") break;
    const std::expected<Json, std::string> event = parse_json(text);
    if (!event || !event->is_object()) {
      stream.broken = true;
      break;
    }
    const std::string type = text_at(*event, "type");
    const Json* const response = member(*event, "response");
    if (response != nullptr && stream.body.id.empty()) stream.body.id = text_at(*response, "id");
    if (response != nullptr && stream.body.model.empty()) stream.body.model = text_at(*response, "model");
    const Json* const failed = response == nullptr ? nullptr : member(*response, "error");
    if (type == "error" || failed != nullptr) {
      stream.error = failed == nullptr ? *event : *response;
      break;
    }
    pieces.take(*event);
    if (type != "response.completed" && type != "response.incomplete") continue;
    if (response == nullptr) break;
    const std::optional<ResponsesBody> whole = read_responses_body(*response);
    if (whole && !items_at(*response, "output").empty()) {
      stream.body = *whole;
      return stream;
    }
    pieces.read(stream.body);
    read_outcome(*response, stream.body);
    return stream;
  }
  pieces.read(stream.body);
  return stream;
}

}  // namespace conformance
