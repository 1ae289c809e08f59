// The JSON in a text: a part of the text, and one that decodes when there is any.

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
  fuzz::expect(instructor::core::find_json(found) == found, "what is found in what is found is the same");
  return 0;
}
