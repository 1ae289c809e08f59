#include <memory>

#include "cli/commands.hpp"
#include "cli/mock_server.hpp"

namespace instructor::cli {

namespace {

struct MockOptions {
  MockServerOptions server;
  std::string script;
  std::vector<std::string> misbehave;
  std::uint64_t seed = 0;
  MockStreaming streaming;
  std::int64_t chunk_delay = 0;
};

int run_mock(const MockOptions& options) {
  std::vector<Misbehaviour> misbehaviours;
  for (const std::string& text : options.misbehave) misbehaviours.push_back(read_misbehaviour(text));
  MockStreaming streaming = options.streaming;
  streaming.chunk_delay = Duration::of_milliseconds(options.chunk_delay);
  MockScript script(std::move(misbehaviours), options.seed, streaming);
  if (!options.script.empty()) script.load(options.script);
  serve_mock(script, options.server);
  return Status::ok;
}

}  // namespace

Run add_mock(CLI::App& app) {
  constexpr int most = 1'000'000'000;
  const auto options = std::make_shared<MockOptions>();
  app.add_option("--port", options->server.port, "Port on 127.0.0.1; 0: any free one, which is printed")
      ->capture_default_str()
      ->check(CLI::Range(0, 65535));
  app.add_option("--script", options->script, "Answer from this file: a JSON array of replies, or one on each line");
  app.add_option("--misbehave", options->misbehave,
                 "invalid_first, truncated, rate_limit, slow, malformed, html, refusal, server_error, no_tool_call, "
                 "unsupported; kind:n misbehaves in every n-th request. May be given several times");
  app.add_option("--seed", options->seed, "Other answers for another seed")->capture_default_str();
  app.add_option("--chunk-size", options->streaming.pieces.size, "Characters of the answer in each event of a stream")
      ->capture_default_str()
      ->check(CLI::Range(1, most));
  app.add_option("--chunk-delay", options->chunk_delay, "Milliseconds before each of these events")
      ->capture_default_str()
      ->check(CLI::Range(0, most));
  app.add_option("--cut", options->streaming.pieces.cut_after,
                 "Close the connection of every stream after this many bytes of the answer")
      ->check(CLI::Range(0, most));
  app.add_option("--key", options->server.key, "Accept only requests with this key");
  app.add_flag("-q,--quiet", options->server.quiet, "No line for each request");
  app.footer(
      "The server speaks the protocols of OpenAI (chat and Responses), Anthropic, Gemini, Cohere, Bedrock and Ollama,\n"
      "each at its own path. Without a script it answers with valid values made from the schema in each request, and\n"
      "calls every tool where the model is free to call several. A request for a stream gets one.\n\n"
      "A script has one reply for each request, of one of these kinds:\n"
      "  {\"answer\": {\"name\": \"Ada\"}}                       an answer, the way the request wants it\n"
      "  {\"says\": \"text\"}  {\"refuses\": \"why\"}               words instead\n"
      "  {\"cut\": {\"name\": \"Ada\"}, \"bytes\": 9}              cut off at the token limit\n"
      "  {\"calls\": \"tool\", \"arguments\": {}}                another tool\n"
      "  {\"calls\": [{\"tool\": \"a\", \"arguments\": {}}]}      these tools\n"
      "  {\"repeats\": [{}, {}]}                             several calls of the tool that was asked for\n"
      "  {\"error\": 429, \"message\": \"...\", \"retry_after\": 2}\n"
      "  {\"body\": \"...\", \"status\": 200, \"content_type\": \"text/html\"}\n"
      "\"when\": \"text\" keeps a reply for a request whose messages contain the text; \"delay_ms\" delays it;\n"
      "\"thinks\": \"text\" comes before it as the model's reasoning.\n"
      "Of a stream, \"chunk_size\", \"chunk_delay_ms\" and \"cut_after\" do what --chunk-size, --chunk-delay and --cut "
      "do.");
  return [options] { return run_mock(*options); };
}

}  // namespace instructor::cli
