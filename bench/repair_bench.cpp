// Repairing answers: what it costs where there is nothing to repair, that hostile texts cost no more per byte the
// longer they are, and how long mending takes beside the npm package jsonrepair.
//
// The peer is installed by `npm ci` in bench/peers/jsonrepair, in a copy below $BENCH_PEERS or where the build says;
// without it the output tells. It runs as a process of its own over the whole corpus, and the time of the same process
// with nothing to do is subtracted.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include "claim.hpp"
#include "instructor/codec.hpp"
#include "instructor/tolerant.hpp"
#include "json/mender.hpp"
#include "rounds.hpp"

namespace {

using namespace bench;
using instructor::decode;
using instructor::decode_tolerant;

struct Line {
  std::string sku;
  int count;
  double price;
  std::vector<std::string> tags;
};

struct Order {
  std::string id;
  std::string customer;
  std::vector<Line> lines;
  bool paid;
};

std::string valid_order() {
  Order order{"A-1", "Ada Lovelace", {}, true};
  for (int i = 0; i < 12; ++i)
    order.lines.push_back({"ABC-" + std::to_string(1000 + i), i, 9.95 * i, {"new", "small and round", "red"}});
  return instructor::encode(order);
}

// ---- hostile texts -----------------------------------------------------------------------------------------------

std::string repeated_text(std::string_view part, std::size_t size) {
  std::string text;
  while (text.size() < size) text += part;
  return text;
}

struct Hostile {
  std::string_view name;
  std::string_view part;
};
constexpr std::array hostile_texts{
    Hostile{"open brackets", "["},
    Hostile{"open braces", "{\"a\":"},
    Hostile{"nested fences", "```json\n{ ```\n"},
    Hostile{"quotes", "\""},
    Hostile{"quotes in a text", "{\"a\": \"he said \"no\" and "},
    Hostile{"candidates", "{\"a\": 1} "},
    Hostile{"broken candidates", "{a: 'x', "},
    Hostile{"escapes", "{\"a\": \"\\"},
    Hostile{"comments", "{ /* // # \n"},
    Hostile{"commas", "[1,,"},
    Hostile{"words", "[so it goes "},
    Hostile{"thoughts", "<think>{"},
};

/// CPU seconds for each byte of a text of this size.
double seconds_per_byte(const std::string& text) {
  const double begin = cpu_seconds();
  benchmark::DoNotOptimize(decode_tolerant<Order>(text).has_value());
  return (cpu_seconds() - begin) / static_cast<double>(text.size());
}

Claim hostile_claim() {
  constexpr std::size_t small = 128 << 10;
  constexpr std::size_t large = 1 << 20;
  double worst = 0;
  std::string detail;
  for (const Hostile& hostile : hostile_texts) {
    const std::string little = repeated_text(hostile.part, small);
    const std::string much = repeated_text(hostile.part, large);
    double of_little = 1;
    double of_much = 1;
    for (int i = 0; i < 7; ++i) {  // in turns, so that both have the same neighbours
      of_little = std::min(of_little, seconds_per_byte(little));
      of_much = std::min(of_much, seconds_per_byte(much));
    }
    if (of_much / of_little <= worst) continue;
    worst = of_much / of_little;
    detail = "worst: " + std::string(hostile.name) + ", " + readable(of_much * 1e6) + " a MB";
  }
  return at_most("repair: time per byte of a hostile text, 1 MB against 128 KB", 1.5, worst, "x", detail);
}

// ---- beside a peer -----------------------------------------------------------------------------------------------

/// Texts with the mistakes that models make.
std::vector<std::string> corpus() {
  const std::vector<std::function<std::string(std::string)>> mistakes = {
      [](std::string text) { return text; },
      [](std::string text) {  // single quotes
        std::ranges::replace(text, '"', '\'');
        return text;
      },
      [](std::string text) {  // trailing commas
        for (std::size_t at = 0; (at = text.find('}', at)) != std::string::npos; at += 2) text.insert(at, ",");
        return text;
      },
      [](std::string text) {  // keys without quotes
        for (const std::string_view key : {"sku", "count", "price", "tags"})
          for (std::size_t at = 0; (at = text.find("\"" + std::string(key) + "\"", at)) != std::string::npos;)
            text.replace(at, key.size() + 2, key);
        return text;
      },
      [](std::string text) {  // a comment on each line
        for (std::size_t at = 0; (at = text.find("},", at)) != std::string::npos; at += 12)
          text.insert(at + 2, "// next\n");
        return text;
      },
      [](std::string text) {  // the end is missing
        text.resize(text.size() - 12);
        return text;
      },
      [](std::string text) {  // words of another language
        text.replace(text.rfind("true"), 4, "True");
        return text;
      },
      [](std::string text) { return "```json\n" + text + "\n```"; },
  };
  std::vector<std::string> texts;
  const std::string text = valid_order();
  for (int round = 0; round < 500; ++round)
    for (const auto& mistake : mistakes) texts.push_back(mistake(text));
  return texts;
}

/// Wall seconds of a process; negative when it fails.
double seconds_of(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const double begin = wall_seconds();
  pid_t child = 0;
  const bool begun = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  int status = 1;
  if (!begun || waitpid(child, &status, 0) != child || status != 0) return -1;
  return wall_seconds() - begin;
}

std::filesystem::path peer_folder() {
  const char* const given = std::getenv("BENCH_PEERS");
  return std::filesystem::path(given != nullptr ? given : DEFAULT_PEERS) / "jsonrepair";
}

void add_peer_claim(std::vector<Claim>& claims) {
  const std::filesystem::path folder = peer_folder();
  if (!exists(folder / "node_modules/jsonrepair")) {
    std::cerr << "repair_bench: jsonrepair is not in " << folder << ": not compared with it\n";
    return;
  }
  const std::vector<std::string> texts = corpus();
  const std::string file = (folder / "texts.json").string();
  std::ofstream(file) << nlohmann::json(texts);
  const std::string script = (folder / "run.mjs").string();
  double best_peer = 1e9;
  double best_own = 1e9;
  std::size_t bytes = 0;
  for (int round = 0; round < 3; ++round) {
    const double nothing = seconds_of({"node", script, file, "0"});
    const double once = seconds_of({"node", script, file, "1"});
    if (nothing < 0 || once < 0) throw std::runtime_error("node could not run " + script);
    best_peer = std::min(best_peer, once - nothing);
    const double begin = wall_seconds();
    std::string mended;
    bytes = 0;
    for (const std::string& text : texts) {
      mended.clear();
      instructor::json::Mender mender;
      mender.feed(text.starts_with('`') ? std::string_view(text).substr(8) : text, mended);
      mender.finish(mended);
      benchmark::DoNotOptimize(mended.data());
      bytes += text.size();
    }
    best_own = std::min(best_own, wall_seconds() - begin);
  }
  const auto rate = [&](double seconds) {
    return std::to_string(static_cast<int>(static_cast<double>(bytes) / seconds / 1e6));
  };
  claims.push_back(at_least("repair: as fast as jsonrepair (npm), a corpus of broken documents", 10,
                            best_peer / best_own, "x", rate(best_own) + " MB/s : " + rate(best_peer) + " MB/s"));
}

// ---- claims ------------------------------------------------------------------------------------------------------

Claim overhead_claim() {
  const std::string text = valid_order();
  const auto rounds =
      in_turns(101, repeated([&] { benchmark::DoNotOptimize(decode_tolerant<Order>(text).has_value()); }),
               repeated([&] { benchmark::DoNotOptimize(decode<Order>(text).has_value()); }));
  return at_most("repair: decoding what needs none, against strict decoding", 1.10, rounds.ratio(0, 1), "x",
                 readable(rounds.best(0)) + " : " + readable(rounds.best(1)));
}

std::vector<Claim> measure() {
  std::vector<Claim> claims;
  claims.push_back(overhead_claim());
  claims.push_back(hostile_claim());
  add_peer_claim(claims);
  return claims;
}

void mend(benchmark::State& state) {
  const std::vector<std::string> texts = corpus();
  const std::string& text = texts[static_cast<std::size_t>(state.range(0))];
  for (auto _ : state) {
    instructor::json::Mender mender;
    std::string mended;
    mender.feed(text, mended);
    mender.finish(mended);
    benchmark::DoNotOptimize(mended.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(mend)->DenseRange(0, 6);

void understand(benchmark::State& state) {
  const std::string text = "Here it is: " + corpus()[3];
  for (auto _ : state) benchmark::DoNotOptimize(decode_tolerant<Order>(text).has_value());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(understand);

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, measure); }
