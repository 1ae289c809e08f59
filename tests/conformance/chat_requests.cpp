// Requests to every provider that speaks the OpenAI chat protocol: sent to a scripted model and held against the
// provider's own description of them.

#include <algorithm>
#include <array>
#include <exception>
#include <stdexcept>

#include <instructor/client.hpp>
#include <instructor/testing.hpp>

#include "chat_request_rules.hpp"
#include "data.hpp"
#include "instructor/provider.hpp"
#include "request_cases.hpp"
#include "schema_validator.hpp"
#include "section.hpp"

namespace conformance {

namespace {

using instructor::ClientOptions;
using instructor::Mode;
using instructor::Provider;
using instructor::Request;
using instructor::testing::ScriptedReply;
using instructor::testing::ScriptedTransport;

constexpr std::string_view model_name = "some-model";

/// A provider's description of a chat request.
struct Description {
  std::string name;
  SchemaValidator validator;
  std::set<std::string> keys;
};

/// The provider's own description, else OpenAI's, whose protocol it speaks.
std::optional<std::filesystem::path> description_file(const std::filesystem::path& schemas, std::string_view provider) {
  for (const std::string_view owner : {provider, std::string_view("openai")})
    for (const std::string_view endpoint :
         {"chat.completions", "v1.chat.completions", "deployments.chat.completions"}) {
      std::filesystem::path file = schemas / owner / (std::string(endpoint) + ".request.json");
      std::error_code error;
      if (std::filesystem::is_regular_file(file, error)) return file;
    }
  return std::nullopt;
}

Description read_description(const std::filesystem::path& file) {
  const std::expected<Json, std::string> schema = parse_json(read_file(file).value_or(""));
  if (!schema) throw std::runtime_error(file.filename().string() + ": " + schema.error());
  return {file.parent_path().filename().string() + "/" + file.filename().string(), SchemaValidator(*schema),
          property_names(*schema)};
}

/// One call: what is asked for, and how.
struct Case {
  const ModelCase* model = nullptr;
  Mode mode = Mode::tools;
  const NamedRequest* system = nullptr;
  const NamedRequest* conversation = nullptr;
  const NamedRequest* options = nullptr;
  const FailureCase* failure = nullptr;

  std::string name() const {
    return model->name + ", " + std::string(to_string(mode)) + ", " + system->name + ", " + conversation->name + ", " +
           options->name + ", after " + failure->name;
  }
};

class Runner {
 public:
  Runner(const Provider& provider, const Description& description, Tally& tally)
      : provider_(provider), description_(description), tally_(tally) {}

  /// Each model in each mode after each failure, with everything else taking turns; two models in all combinations.
  void run_all() {
    std::size_t turn = 0;
    for (const ModelCase& model : models_)
      for (const Mode mode : provider_.modes)
        for (const FailureCase& failure : failures_) {
          if (failure.only_tools && mode != Mode::tools) continue;
          const Case base{&model, mode, nullptr, nullptr, nullptr, &failure};
          if (model.in_all_variants && &failure == &failures_.front())
            run_variants(base);
          else
            run_turn(base, turn++);
        }
    for (const Mode mode : provider_.modes)
      for (const NamedRequest& options : repeated_options_)
        run({&models_.front(), mode, &systems_.front(), &conversations_.front(), &options, &failures_.front()});
  }

 private:
  void run_variants(Case now) {
    for (const NamedRequest& system : systems_)
      for (const NamedRequest& conversation : conversations_)
        for (const NamedRequest& options : options_) {
          now.system = &system;
          now.conversation = &conversation;
          now.options = &options;
          run(now);
        }
  }

  void run_turn(Case now, std::size_t turn) {
    now.system = &systems_[turn % systems_.size()];
    now.conversation = &conversations_[turn / systems_.size() % conversations_.size()];
    now.options = &options_[turn / systems_.size() / conversations_.size() % options_.size()];
    run(now);
  }

  void run(const Case& now) {
    Differences differences;
    try {
      differences = differences_of(now);
    } catch (const std::exception& error) {
      differences = {std::string("thrown: ") + error.what()};
    }
    tally_.add(now.name(), differences);
  }

  Differences differences_of(const Case& now) {
    Request request;
    now.system->add(request);
    now.conversation->add(request);
    now.options->add(request);
    const Request before = request;

    // Three answers that are not valid, more than the history holds, then a good one.
    const auto transport = std::make_shared<ScriptedTransport>(
        std::vector<ScriptedReply>{now.failure->reply, "\"text\"", now.failure->reply, now.model->valid_answer()});
    const instructor::Client client = instructor::from_provider(
        std::string(provider_.name) + "/" + std::string(model_name),
        ClientOptions().api_key("a-key").base_url("http://localhost/v1").mode(now.mode).transport(transport));
    const std::optional<instructor::Error> error = now.model->ask(client, request);

    Differences out;
    const std::vector<instructor::HttpRequest> requests = transport->requests();
    if (error && error->code() == instructor::ErrorCode::invalid_request && is_repeated(now.options)) return out;
    // What is said twice is for the body to show; the scripted model may take it either way.
    if (is_repeated(now.options)) {
      judge(now, request, requests, out);
      return out;
    }
    if (error) out.push_back("the call failed: " + error->message());
    if (requests.size() != 4) out.push_back("expected 4 requests, there were " + std::to_string(requests.size()));
    if (!same_request(before, request)) out.emplace_back("the caller's Request was changed");
    judge(now, request, requests, out);
    return out;
  }

  bool is_repeated(const NamedRequest* options) const {
    return std::ranges::any_of(repeated_options_, [&](const NamedRequest& row) { return &row == options; });
  }

  void judge(const Case& now, const Request& request, const std::vector<instructor::HttpRequest>& requests,
             Differences& out) {
    const AskedFor asked{&request, now.mode, std::string(model_name), std::string(provider_.settings.max_tokens_key)};
    std::vector<SentBody> sent;
    for (const instructor::HttpRequest& http : requests) {
      std::expected<Json, std::string> body = parse_json(http.body);
      if (!body) {
        out.push_back("the body is " + body.error());
        return;
      }
      sent.push_back({http.body, std::move(*body)});
    }
    for (const SentBody& body : sent) {
      const Differences schema = description_.validator.problems(body.value);
      out.insert(out.end(), schema.begin(), schema.end());
      const Differences rules = body_problems(asked, body, description_.keys);
      out.insert(out.end(), rules.begin(), rules.end());
    }
    const Differences conversation = conversation_problems(asked, sent);
    out.insert(out.end(), conversation.begin(), conversation.end());
  }

  const Provider& provider_;
  const Description& description_;
  Tally& tally_;
  const std::vector<ModelCase> models_ = model_cases();
  const std::vector<NamedRequest> systems_ = system_cases();
  const std::vector<NamedRequest> conversations_ = conversation_cases();
  const std::vector<NamedRequest> options_ = option_cases();
  const std::vector<NamedRequest> repeated_options_ = repeated_option_cases();
  const std::vector<FailureCase> failures_ = failure_cases();
};

}  // namespace

void run_chat_requests(const std::filesystem::path& data, Report& report) {
  for (const Provider* const row : instructor::all_providers()) {
    const Provider& provider = *row;
    if (provider.protocol != "openai_chat") continue;
    const std::string group = "chat requests to " + std::string(provider.name);
    const std::optional<std::filesystem::path> file = description_file(data / "schemas", provider.name);
    if (!file) {
      report.note(group + ": skipped, there is no description of them");
      continue;
    }
    Tally& tally = report.tally(group);
    try {
      const Description description = read_description(*file);
      if (description.validator.problems(Json::object()).empty())
        throw std::runtime_error("the description accepts {}, so nothing can be told by it");
      report.note("  (" + group + " are held against " + description.name + ")");
      Runner(provider, description, tally).run_all();
    } catch (const std::exception& error) {
      tally.add(file->filename().string(), {error.what()});
    }
  }
}

}  // namespace conformance
