#pragma once

// What the code blocks of the documentation are compiled with: the library, and a client whose model answers every
// request with a valid value.

#undef NDEBUG
#include <cassert>
#include <chrono>
#include <deque>
#include <expected>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include <instructor/dynamic.hpp>
#include <instructor/instructor.hpp>
#include <instructor/testing.hpp>

namespace docs {

/// Reads the schema out of a request and answers with a value made from it.
class AnyAnswer final : public instructor::Transport {
 public:
  void send(const instructor::HttpRequest& request, instructor::HttpSink& sink) override {
    using instructor::Json;
    const Json body = *instructor::decode<Json>(request.body);
    const Json* tool = body.contains("tools") ? &body.at("tools")[0] : nullptr;
    // Responses has no "function" around it.
    if (tool != nullptr && tool->contains("function")) tool = &tool->at("function");
    const Json& schema =
        tool != nullptr ? tool->at("parameters") : body.at("response_format").at("json_schema").at("schema");
    const auto model = instructor::DynamicModel::from_json_schema(schema);
    const instructor::testing::ScriptedReply reply(instructor::encode(instructor::testing::fake(model, ++seed_)));
    instructor::testing::Served served = reply.respond(request);
    sink.head(std::move(served.head));
    if (!served.body.empty()) sink.body(served.body);
    while (served.stream != nullptr) {
      const auto part = served.stream->next();
      if (!part) break;
      sink.body(part->bytes);
    }
  }

 private:
  std::uint64_t seed_ = 0;
};

inline int run(const std::vector<std::function<void(const instructor::Client&)>>& fragments) {
  const auto client = instructor::from_provider(
      "openai/gpt-4o-mini", instructor::ClientOptions().api_key("docs-key").transport(std::make_shared<AnyAnswer>()));
  int failures = 0;
  for (std::size_t i = 0; i < fragments.size(); ++i) {
    try {
      fragments[i](client);
    } catch (const std::exception& error) {
      std::cerr << "fragment " << i + 1 << ": " << error.what() << '\n';
      ++failures;
    }
  }
  return failures;
}

}  // namespace docs
