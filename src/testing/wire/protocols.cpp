#include "testing/wire/protocols.hpp"

#include <algorithm>
#include <array>

#include "testing/wire/asked.hpp"

namespace instructor::testing {

std::span<const ServedProtocol* const> served_protocols() {
  static const std::array<const ServedProtocol*, 7> all{
      &wire::openai_chat(), &wire::openai_responses(), &wire::anthropic_messages(), &wire::gemini(),
      &wire::cohere_chat(), &wire::bedrock_converse(), &wire::ollama_chat(),
  };
  return all;
}

const ServedProtocol* served_protocol(std::string_view url) {
  const std::string_view path = wire::without_query(wire::path_of(url));
  const auto found =
      std::ranges::find_if(served_protocols(), [&](const ServedProtocol* protocol) { return protocol->serves(path); });
  return found == served_protocols().end() ? nullptr : *found;
}

std::string ServedProtocol::key(const HttpRequest& request) const {
  const std::string_view value = wire::header(request, "authorization");
  constexpr std::string_view scheme = "Bearer ";
  return std::string(value.starts_with(scheme) ? value.substr(scheme.size()) : std::string_view());
}

}  // namespace instructor::testing
