// Events of streams, one in each line: what is told on the way comes to the reply, wherever it breaks off.

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocols.hpp"

#include "instructor/error.hpp"

namespace {

using namespace instructor;

void read(const Protocol& protocol, std::string_view lines) {
  const std::unique_ptr<EventReader> reader = protocol.event_reader();
  Reply reply;
  std::string text;
  std::vector<std::string> arguments;
  try {
    for (bool more = true; more && !lines.empty();) {
      const std::size_t end = std::min(lines.find('\n'), lines.size());
      const std::string event(lines.substr(0, end));  // in memory of its own
      lines.remove_prefix(std::min(end + 1, lines.size()));
      std::vector<Delta> deltas;
      more = reader->read({{}, event}, reply, deltas);
      for (const Delta& delta : deltas) {
        if (delta.kind == Delta::Kind::text) {
          text += delta.text;
          continue;
        }
        arguments.resize(std::max(arguments.size(), delta.call + 1));
        arguments[delta.call] += delta.text;
      }
    }
  } catch (const Error& error) {
    fuzz::expect(!error.message().empty(), "an error says something");
  }
  arguments.resize(std::max(arguments.size(), reply.tool_calls.size()));
  fuzz::expect(text == reply.text, "the deltas of the text come to the text");
  fuzz::expect(arguments.size() == reply.tool_calls.size(), "deltas are of calls that there are");
  for (std::size_t i = 0; i < arguments.size(); ++i)
    fuzz::expect(arguments[i] == reply.tool_calls[i].arguments, "the deltas of a call come to its arguments");
  reader->finish(reply);
  fuzz::expect_taken_back(protocol, reply);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const Protocol* const protocol : fuzz::protocols()) read(*protocol, fuzz::text_of(data, size));
  return 0;
}
