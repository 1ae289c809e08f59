// suites/json-parsing: what is JSON and what is not, and that it does not depend on how the text was cut up.

#include <algorithm>
#include <cstdint>
#include <random>

#include <instructor/codec.hpp>
#include <instructor/error.hpp>
#include <instructor/json.hpp>

#include "data.hpp"
#include "section.hpp"

namespace conformance {

namespace {

using Decoded = std::expected<instructor::Json, instructor::Issues>;

constexpr std::uint32_t seeds = 8;

instructor::DecodeOptions syntax_only() {
  instructor::DecodeOptions options;
  options.last_duplicate_wins = true;
  return options;
}

/// Random chunks, small ones mostly; seed 0 means byte by byte.
Decoded decode_in_chunks(std::string_view text, std::uint32_t seed) {
  std::mt19937 random(seed);
  instructor::Decoder<instructor::Json> decoder(syntax_only());
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t wanted = seed == 0 ? 1 : (random() % 4 == 0 ? random() % 4096 : random() % 8);
    const std::size_t size = std::min(wanted, text.size() - at);
    decoder.feed(text.substr(at, size));  // goes on after it was refused: that must be harmless
    at += size;
  }
  return decoder.finish();
}

std::string shown(const Decoded& decoded) {
  if (decoded) return decoded->dump(-1, ' ', false, Json::error_handler_t::replace);
  return decoded.error().text();
}

bool same(const Decoded& left, const Decoded& right) {
  if (left.has_value() != right.has_value()) return false;
  // Equal numbers of different kinds compare equal, so the texts are compared as well.
  if (left) return *left == *right && shown(left) == shown(right);
  return left.error() == right.error();
}

Differences verdict(const std::string& name, std::string_view text, const Decoded& decoded) {
  if (name.starts_with("n_") && decoded) return {"must be rejected, was read as " + in_quotes(shown(decoded))};
  if (!name.starts_with("y_")) return {};
  if (!decoded) return {"must be accepted, was rejected: " + in_quotes(shown(decoded))};
  const std::expected<Json, std::string> reference = parse_json(text);
  if (reference && (*reference != *decoded || reference->dump() != decoded->dump()))
    return {"the value should be " + in_quotes(reference->dump()) + ", is " + in_quotes(decoded->dump())};
  return {};
}

Differences chunked(std::string_view text, const Decoded& whole) {
  Differences differences;
  for (std::uint32_t seed = 0; seed <= seeds; ++seed) {
    const Decoded pieces = decode_in_chunks(text, seed);
    if (same(whole, pieces)) continue;
    differences.push_back((seed == 0 ? "byte by byte" : "in random chunks, seed " + std::to_string(seed)) + ": " +
                          in_quotes(shown(pieces)) + ", in one piece: " + in_quotes(shown(whole)));
  }
  return differences;
}

}  // namespace

void run_json_parsing(const std::filesystem::path& data, Report& report) {
  const std::vector<std::filesystem::path> files = files_below(data / "suites/json-parsing", ".json");
  if (files.empty()) return report.note("json-parsing: skipped, there are no cases");
  Tally& verdicts = report.tally("json-parsing");
  Tally& chunks = report.tally("json-parsing, in chunks");
  std::size_t either_way = 0;
  for (const std::filesystem::path& file : files) {
    const std::string name = file.filename().string();
    if (!name.starts_with("y_") && !name.starts_with("n_") && !name.starts_with("i_")) continue;
    const std::optional<std::string> text = read_file(file);
    if (!text) {
      verdicts.add(name, {"the file cannot be read"});
      continue;
    }
    try {
      const Decoded decoded = instructor::decode<instructor::Json>(*text, syntax_only());
      verdicts.add(name, verdict(name, *text, decoded));
      chunks.add(name, chunked(*text, decoded));
    } catch (const std::exception& error) {
      verdicts.add(name, {std::string("decode threw: ") + error.what()});
    }
    if (name.starts_with("i_")) ++either_way;
  }
  report.note("  (" + std::to_string(either_way) + " may go either way and count as passed)");
}

}  // namespace conformance
