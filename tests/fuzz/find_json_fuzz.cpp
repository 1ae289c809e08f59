// The JSON in a text: a part of the text, and all of it when it is nothing but JSON.

#include <nlohmann/json.hpp>

#include "fuzz.hpp"
#include "instructor/codec.hpp"
#include "instructor/json.hpp"
#include "model/find_json.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const std::string_view found = instructor::core::find_json(text);
  fuzz::expect(
      found.empty() || (found.data() >= text.data() && found.data() + found.size() <= text.data() + text.size()),
      "what is found is in the text");
  const auto whole = instructor::decode<instructor::Json>(text);
  if (whole && (whole->is_object() || whole->is_array())) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    const std::size_t end = text.find_last_not_of(" \t\r\n");
    fuzz::expect(found == text.substr(begin, end - begin + 1), "a document is found as a whole");
  }
  return 0;
}
