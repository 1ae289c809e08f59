// Bodies of responses: a reply or an Error, whatever a server sends.

#include "engine/answer.hpp"
#include "fuzz.hpp"
#include "protocol/error_body.hpp"
#include "protocol/protocol.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace instructor;
  const std::string_view body = fuzz::text_of(data, size);
  try {
    (void)openai_chat_protocol().decode(std::string(body));
  } catch (const Error& error) {
    fuzz::expect(!error.message().empty(), "an error says something");
  }
  for (const int status : {200, 400, 401, 429, 500}) {
    const ErrorDetail detail = openai_chat_protocol().decode_error(status, body);
    fuzz::expect(!detail.message.empty(), "an error says something");
    fuzz::expect(detail.message.size() < 10'000, "and not too much");
  }
  return 0;
}
