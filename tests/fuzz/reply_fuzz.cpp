// Bodies of responses: a reply or an Error, whatever a server sends.

#include "protocols.hpp"

#include "instructor/error.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace instructor;
  const std::string_view body = fuzz::text_of(data, size);
  for (const Protocol* const protocol : fuzz::protocols()) {
    try {
      fuzz::expect_taken_back(*protocol, protocol->decode(std::string(body)));
    } catch (const Error& error) {
      fuzz::expect(!error.message().empty(), "an error says something");
    }
    for (const int status : {200, 400, 401, 429, 500}) {
      const ErrorDetail detail = protocol->decode_error(status, body);
      fuzz::expect(!detail.message.empty(), "an error says something");
      fuzz::expect(detail.message.size() < 10'000, "and not too much");
    }
  }
  return 0;
}
