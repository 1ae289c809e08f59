// Events of streams, one in each line, with its name before a tab: a reply or an Error, whatever a server sends. The
// deltas are what the reply has grown by, and it goes back as something that the protocol can write.

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fuzz.hpp"
#include "instructor/codec.hpp"
#include "instructor/error.hpp"
#include "instructor/provider.hpp"
#include "protocol/protocol.hpp"

#include <nlohmann/json.hpp>

namespace {

using namespace instructor;

/// All that a provider speaks.
std::set<const Protocol*> protocols() {
  std::set<const Protocol*> all;
  for (const Provider* const provider : all_providers())
    if (const Protocol* const protocol = find_protocol(provider->protocol)) all.insert(protocol);
  return all;
}

struct Grown {
  std::string text;
  std::vector<std::string> arguments;
};

void add(const std::vector<Delta>& deltas, Grown& grown) {
  for (const Delta& delta : deltas) {
    if (delta.kind == Delta::Kind::text) {
      grown.text += delta.text;
    } else {
      grown.arguments.resize(std::max(grown.arguments.size(), delta.call + 1));
      grown.arguments[delta.call] += delta.text;
    }
  }
}

void read_all(const Protocol& protocol, std::string_view text) {
  const std::unique_ptr<EventReader> reader = protocol.event_reader();
  Reply reply;
  Grown grown;
  try {
    while (!text.empty()) {
      const std::string line(text.substr(0, text.find('\n')));  // gone before the next
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      const std::string_view event(line);
      const std::size_t tab = event.find('\t');
      const bool named = tab != std::string_view::npos;
      std::vector<Delta> deltas;
      const StreamEvent read{named ? event.substr(0, tab) : std::string_view(), named ? event.substr(tab + 1) : event};
      const bool more = reader->read(read, reply, deltas);
      add(deltas, grown);
      if (!more) break;
    }
  } catch (const Error& error) {
    fuzz::expect(!error.message().empty(), "an error says something");
  }
  fuzz::expect(grown.text == reply.text, "the deltas are the text");
  grown.arguments.resize(std::max(grown.arguments.size(), reply.tool_calls.size()));
  fuzz::expect(grown.arguments.size() == reply.tool_calls.size(), "each delta is of a call");
  for (std::size_t i = 0; i < reply.tool_calls.size(); ++i)
    fuzz::expect(grown.arguments[i] == reply.tool_calls[i].arguments, "the deltas are the arguments");
  reader->finish(reply);
  for (const ToolCall& call : reply.tool_calls) fuzz::expect(!call.id.empty(), "each call can be answered");
  DecodeOptions lenient;
  lenient.last_duplicate_wins = true;
  if (!reply.native.json.empty())
    fuzz::expect(decode<Json>(reply.native.json, lenient).has_value(), "what goes back is JSON");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::set<const Protocol*> all = protocols();
  for (const Protocol* const protocol : all) read_all(*protocol, fuzz::text_of(data, size));
  return 0;
}
