#include "cassettes.hpp"

#include <array>
#include <exception>
#include <expected>
#include <map>
#include <vector>

#include "data.hpp"
#include "section.hpp"

namespace conformance {

std::span<const ReplyCheck> reply_checks() {
  static constexpr std::array checks{
      ReplyCheck{"replies", is_chat_reply, check_chat_reply},
      ReplyCheck{"streams", is_chat_stream, check_chat_stream},
      ReplyCheck{"messages", is_messages_reply, check_messages_reply},
      ReplyCheck{"streams of messages", is_messages_stream, check_messages_stream},
      ReplyCheck{"responses", is_responses_reply, check_responses_reply},
      ReplyCheck{"streams of responses", is_responses_stream, check_responses_stream},
      ReplyCheck{"Converse replies", is_converse_reply, check_converse_reply},
      ReplyCheck{"Converse streams", is_converse_stream, check_converse_stream},
      ReplyCheck{"generateContent replies", is_gemini_reply, check_gemini_reply},
      ReplyCheck{"generateContent streams", is_gemini_stream, check_gemini_stream},
      ReplyCheck{"chat replies", is_cohere_reply, check_cohere_reply},
      ReplyCheck{"chat streams", is_cohere_stream, check_cohere_stream},
      ReplyCheck{"own chat replies", is_ollama_reply, check_ollama_reply},
      ReplyCheck{"own chat streams", is_ollama_stream, check_ollama_stream},
  };
  return checks;
}

namespace {

std::expected<std::string, std::string> body_of(const Json& response, const std::string& kind) {
  if (kind == "empty") return std::string();
  if (kind == "json") {
    const auto body = response.find("body");
    if (body == response.end()) return std::unexpected("malformed: body_kind json, but no body");
    return body->dump();
  }
  if (kind == "binary" || kind == "eventstream") {
    std::optional<std::string> bytes = from_base64(text_at(response, "body_base64"));
    if (!bytes) return std::unexpected("malformed: body_base64 is not base64");
    return std::move(*bytes);
  }
  if (kind == "chunks") {
    const Json* const chunks = member(response, "chunks");
    if (chunks == nullptr || !chunks->is_array()) return std::unexpected("malformed: body_kind chunks, but no chunks");
    return chunks->dump();
  }
  if (kind == "text" || kind == "sse" || kind == "ndjson" || kind == "multipart") {
    const Json* const text = member(response, "body_text");
    if (text == nullptr || !text->is_string())
      return std::unexpected("malformed: body_kind " + kind + ", but no body_text");
    return text->get<std::string>();
  }
  return std::unexpected("malformed: body_kind " + in_quotes(kind) + " is not known");
}

std::string first_of(std::string first, std::string second) { return first.empty() ? second : first; }

std::expected<Interaction, std::string> read_interaction(const Json& cassette, const Json& recorded,
                                                         const std::string& folder) {
  Interaction interaction;
  interaction.provider = first_of(first_of(text_at(recorded, "provider"), text_at(cassette, "provider")), folder);
  interaction.endpoint = first_of(text_at(recorded, "endpoint"), text_at(cassette, "endpoint"));
  if (const Json* const request = member(recorded, "request")) interaction.url = text_at(*request, "url");
  const Json* const response = member(recorded, "response");
  if (response == nullptr || !response->is_object()) return std::unexpected("malformed: no response");
  const Json* const status = member(*response, "status");
  if (status == nullptr || !status->is_number_integer()) return std::unexpected("malformed: no status");
  const auto number = status->get<std::int64_t>();
  if (number < 100 || number > 999) return std::unexpected("malformed: a status of " + std::to_string(number));
  interaction.status = static_cast<int>(number);
  interaction.body_kind = text_at(*response, "body_kind");
  std::expected<std::string, std::string> body = body_of(*response, interaction.body_kind);
  if (!body) return std::unexpected(body.error());
  interaction.body = std::move(*body);
  return interaction;
}

const ReplyCheck* check_for(const Interaction& interaction) {
  for (const ReplyCheck& check : reply_checks())
    if (check.covers(interaction)) return &check;
  return nullptr;
}

class Reader {
 public:
  explicit Reader(Report& report) : report_(report) {}

  void read(const std::filesystem::path& folder, const std::filesystem::path& path) {
    const std::string file = path.lexically_relative(folder).generic_string();
    const std::size_t slash = file.find('/');
    const std::string provider = slash == std::string::npos ? "no provider" : file.substr(0, slash);
    const std::optional<std::string> text = read_file(path);
    if (!text) return malformed(provider, file, "the file cannot be read");
    const std::expected<Json, std::string> cassette = parse_json(*text);
    if (!cassette) return malformed(provider, file, "malformed: " + cassette.error());
    const Json* const interactions = member(*cassette, "interactions");
    if (interactions == nullptr || !interactions->is_array())
      return malformed(provider, file, "malformed: no list of interactions");
    std::size_t number = 0;
    for (const Json& recorded : *interactions) {
      const std::string where = file + " #" + std::to_string(number++);
      std::expected<Interaction, std::string> interaction = read_interaction(*cassette, recorded, provider);
      if (!interaction) {
        malformed(provider, where, interaction.error());
        continue;
      }
      interaction->file = file;
      interaction->number = number - 1;
      judge(*interaction, where);
    }
  }

  void finish() {
    // Group after group, in the order of the checks.
    for (const auto& [check, judgements] : judged_)
      for (const Judgement& judgement : judgements)
        report_.tally(std::string(check->group) + " of " + judgement.provider)
            .add(judgement.where, judgement.differences);
    if (uncovered_.empty()) return;
    std::string list;
    for (const auto& [kind, count] : uncovered_)
      list += (list.empty() ? "" : ", ") + kind + " " + std::to_string(count);
    report_.note("  (no check reads these exchanges: " + list + ")");
  }

 private:
  void judge(const Interaction& interaction, const std::string& where) {
    const ReplyCheck* const check = check_for(interaction);
    if (check == nullptr) {
      ++uncovered_[interaction.endpoint + (interaction.body_kind == "json" ? "" : " (" + interaction.body_kind + ")")];
      return;
    }
    Differences differences;
    try {
      differences = check->differences(interaction);
    } catch (const std::exception& error) {
      differences = {std::string("an exception that is no Error: ") + error.what()};
    }
    judged_[check].push_back({interaction.provider, where, std::move(differences)});
  }

  void malformed(const std::string& provider, const std::string& where, const std::string& what) {
    judged_[reply_checks().data()].push_back({provider, where, {what}});
  }

  struct Judgement {
    std::string provider;
    std::string where;
    Differences differences;
  };

  Report& report_;
  std::map<const ReplyCheck*, std::vector<Judgement>> judged_;
  std::map<std::string, std::size_t> uncovered_;
};

}  // namespace

void run_cassettes(const std::filesystem::path& data, Report& report) {
  const std::filesystem::path folder = data / "cassettes";
  Reader reader(report);
  for (const std::filesystem::path& file : files_below(folder, ".json")) reader.read(folder, file);
  reader.finish();
}

}  // namespace conformance
