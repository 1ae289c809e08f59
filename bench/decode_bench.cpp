// Decoding valid JSON into a struct: this library, nlohmann/json, and RapidJSON with a handler written by hand.
//
// RapidJSON is measured twice: doing what this library does (UTF-8 checked, doubles exact), and with its defaults
// (neither).

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <instructor/codec.hpp>

#include "claim.hpp"
#include "documents.hpp"
#include "rounds.hpp"
#include "sax_readers.hpp"

namespace {

using namespace bench;

constexpr unsigned checked = rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag;

template <class T>
T by_instructor(const std::string& text) {
  return instructor::decode<T>(text).value();
}

template <class T>
T by_nlohmann(const std::string& text) {
  T value{};
  nlohmann::json::parse(text).get_to(value);
  return value;
}

template <class Handler, unsigned flags>
auto by_rapidjson(const std::string& text) {
  // One reader for all texts: its stack is allocated once.
  static rapidjson::Reader reader;
  rapidjson::MemoryStream stream(text.data(), text.size());
  Handler handler;
  if (!reader.Parse<flags>(stream, handler)) throw std::runtime_error("the baseline does not accept the document");
  return std::move(handler.value);
}

const std::string user = user_text();
const std::string inventory = inventory_text();

template <auto Decode>
void run(benchmark::State& state, const std::string& text) {
  for (auto _ : state) {
    auto value = Decode(text);
    benchmark::DoNotOptimize(value);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void register_all() {
  const auto add = [](const char* name, void (*function)(benchmark::State&, const std::string&),
                      const std::string& text) { benchmark::RegisterBenchmark(name, function, text); };
  add("user/instructor", run<by_instructor<User>>, user);
  add("user/nlohmann", run<by_nlohmann<User>>, user);
  add("user/rapidjson_checked", run<by_rapidjson<UserReader, checked>>, user);
  add("user/rapidjson_defaults", run<by_rapidjson<UserReader, 0>>, user);
  add("inventory/instructor", run<by_instructor<Inventory>>, inventory);
  add("inventory/nlohmann", run<by_nlohmann<Inventory>>, inventory);
  add("inventory/rapidjson_checked", run<by_rapidjson<InventoryReader, checked>>, inventory);
  add("inventory/rapidjson_defaults", run<by_rapidjson<InventoryReader, 0>>, inventory);
}

template <auto Decode>
auto contender(const std::string& text) {
  return repeated([&text] {
    auto value = Decode(text);
    benchmark::DoNotOptimize(value);
  });
}

template <class T, class Handler>
void compare(std::vector<Claim>& claims, const std::string& what, const std::string& text) {
  const T value = by_instructor<T>(text);
  if (value != by_nlohmann<T>(text) || value != by_rapidjson<Handler, checked>(text))
    throw std::runtime_error("the decoders disagree");

  constexpr std::size_t rounds = 101;
  const auto times =
      in_turns(rounds, contender<by_instructor<T>>(text), contender<by_nlohmann<T>>(text),
               contender<by_rapidjson<Handler, checked>>(text), contender<by_rapidjson<Handler, 0>>(text));
  const auto add = [&](const std::string& baseline, std::size_t index, double bar) {
    claims.push_back(at_least("decode " + what + ", speed vs " + baseline, bar, times.ratio(index, 0), "x",
                              readable(times.middle(0)) + " : " + readable(times.middle(index))));
  };
  add("nlohmann parse + get_to", 1, 5);
  add("RapidJSON SAX, checking UTF-8 and digits", 2, 0.8);
  add("RapidJSON SAX, its defaults", 3, 0.8);
}

std::vector<Claim> measure() {
  std::vector<Claim> claims;
  compare<User, UserReader>(claims, "5 fields", user);
  compare<Inventory, InventoryReader>(claims, "1 MB", inventory);
  return claims;
}

}  // namespace

int main(int argc, char** argv) {
  register_all();
  return bench::bench_main(argc, argv, measure);
}
