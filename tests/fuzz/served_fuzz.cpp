// Requests to the servers' side of each protocol: the first line is the URL, the rest is the body, and the answer too.
// Any of them can be read and answered; what comes out is JSON, and streams end.

#include <algorithm>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "fuzz.hpp"
#include "instructor/codec.hpp"
#include "instructor/testing.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace instructor;
  using testing::ScriptedReply;
  const std::string_view text = fuzz::text_of(data, size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const HttpRequest request{.url = std::string(text.substr(0, line)),
                            .headers = {{"authorization", std::string(text.substr(0, line))}},
                            .body = std::string(text.substr(std::min(line + 1, text.size())))};
  const testing::ServedProtocol* const found = testing::served_protocol(request.url);
  const testing::ServedProtocol& protocol = found != nullptr ? *found : *testing::served_protocols().front();
  const auto body = decode<Json>(request.body);
  (void)protocol.key(request);
  testing::AskedFor asked = protocol.read(request.url, body ? *body : Json());
  if (body) (void)protocol.problem(request, *body);

  DecodeOptions deep;
  deep.max_depth = 300;
  ScriptedReply thoughtful(request.body);
  thoughtful.thinks(request.url);
  for (const ScriptedReply& reply :
       {thoughtful, ScriptedReply::cut(request.body, size / 2), ScriptedReply::refuses(request.body),
        ScriptedReply::breaks_off(request.body, size / 3),
        ScriptedReply::calls({{request.url, request.body}, {"b", ""}}),
        ScriptedReply::error(static_cast<int>(400 + size % 200), request.body)}) {
    asked.stream = false;
    fuzz::expect(decode<Json>(reply.respond(protocol, asked, {}).body, deep).has_value(), "a whole reply is JSON");
    asked.stream = true;
    const testing::Streaming streaming{
        .size = size % 7,
        .unit = size % 2 == 0 ? testing::Streaming::Unit::bytes : testing::Streaming::Unit::characters};
    const testing::Served served = reply.respond(protocol, asked, streaming);
    if (!served.stream) continue;
    std::size_t given = 0;
    while (const auto part = served.stream->next()) {
      fuzz::expect(!part->bytes.empty(), "an event is something");
      given += part->answer_bytes;
    }
    fuzz::expect(given <= served.stream->answer_size(), "no more is given than there is");
    fuzz::expect(!served.stream->complete() || given == served.stream->answer_size(), "a whole stream gives all");
  }
  return 0;
}
