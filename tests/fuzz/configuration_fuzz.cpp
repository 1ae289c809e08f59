// What users configure: provider strings, base URLs, keys, limits in headers.

#include <memory>
#include <string>

#include "fuzz.hpp"
#include "http/retry_after.hpp"
#include "instructor/client.hpp"
#include "instructor/testing.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace instructor;
  const std::string text(fuzz::text_of(data, size));
  const auto transport = std::make_shared<testing::ScriptedTransport>(std::vector<testing::ScriptedReply>{});
  const auto make = [&](const std::string& model, const std::string& url, const std::string& key) {
    try {
      (void)from_provider(model, ClientOptions().base_url(url).api_key(key).transport(transport));
    } catch (const Error& error) {
      fuzz::expect(error.category() == ErrorCategory::fix_configuration, "what is wrong can be mended");
    }
  };
  make(text, "", "key");
  make("openai/" + text, "", "key");
  make("openai/x", text, "key");
  make("openai/x", "https://" + text, "key");
  make("openai/x", "", text);
  for (const char* name : {"retry-after", "retry-after-ms", "date"}) {
    const auto wait = retry_after({429, {{name, text}, {"retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"}}});
    fuzz::expect(!wait || wait->seconds() >= 0, "nobody waits backwards");
  }
  return 0;
}
