// How much shorter the notation of type_text.hpp is than JSON Schema.
//
// Measured on models of this library, and on schemas from the real world: suites/json-schema-bench, in
// $INSTRUCTOR_CONFORMANCE or where the build says; where there is none, the output tells. Both texts are what a prompt
// would have. Without arguments a table comes first, a line for each file.
//
// Pieces are an estimate of tokens that needs no model's vocabulary: runs of letters, of digits, of spaces and line
// breaks that are more than one, and of other signs. Vocabularies differ; ratios of pieces come close to those of
// tokens.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include "claim.hpp"
#include "documents.hpp"
#include "instructor/dynamic.hpp"
#include "instructor/instructor.hpp"

namespace {

using namespace instructor;

enum class Priority { low, medium, high };

struct Address {
  std::string street, city;
  std::optional<std::string> postcode;
};

struct Refund {
  Literal<"refund"> kind;
  double amount;
};

struct Exchange {
  Literal<"exchange"> kind;
  std::string item;
};

struct Ticket {
  std::string title;
  Priority priority;
  std::vector<Address> addresses;
  std::map<std::string, double> amounts;
  std::variant<Refund, Exchange> request;
  std::optional<int> rating;

  static constexpr auto describe() {
    return model<Ticket>("A support ticket",
                         field<&Ticket::title>("One line, no full stop", min_length(3), max_length(80),
                                               example("Payment fails at checkout")),
                         field<&Ticket::priority>("How urgent it is", default_value(Priority::medium)),
                         field<&Ticket::addresses>("Every postal address mentioned", max_items(10)),
                         field<&Ticket::amounts>("Amounts by currency code"),
                         field<&Ticket::request>("What the customer wants"),
                         field<&Ticket::rating>("Stars given", ge(1), le(5)));
  }
};

struct Task {
  std::string title;
  std::vector<Task> parts;
};

enum class Sign { space, letter, digit, other };

Sign sign_of(char c) {
  if (c == ' ' || c == '\n') return Sign::space;
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80) return Sign::letter;
  return c >= '0' && c <= '9' ? Sign::digit : Sign::other;
}

/// A single space belongs to the word after it.
std::size_t pieces(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const Sign sign = sign_of(text[at]);
    while (at < text.size() && sign_of(text[at]) == sign) ++at;
    if (sign != Sign::space || at - begin > 1 || text[begin] == '\n') ++count;
  }
  return count;
}

/// Two texts of the same schemas.
struct Sizes {
  std::string name;
  std::size_t schemas = 0;
  double json_bytes = 0, text_bytes = 0;
  double json_pieces = 0, text_pieces = 0;
  std::vector<double> ratios;  // of pieces, one a schema

  void add(std::string_view json, std::string_view text) {
    ++schemas;
    json_bytes += static_cast<double>(json.size());
    text_bytes += static_cast<double>(text.size());
    json_pieces += static_cast<double>(pieces(json));
    text_pieces += static_cast<double>(pieces(text));
    ratios.push_back(static_cast<double>(pieces(text)) / static_cast<double>(pieces(json)));
  }
  void add(const Sizes& other) {
    schemas += other.schemas;
    json_bytes += other.json_bytes;
    text_bytes += other.text_bytes;
    json_pieces += other.json_pieces;
    text_pieces += other.text_pieces;
    ratios.insert(ratios.end(), other.ratios.begin(), other.ratios.end());
  }
  double middle() const {
    std::vector<double> sorted = ratios;
    std::ranges::sort(sorted);
    return sorted.empty() ? 0 : sorted[sorted.size() / 2];
  }
};

Sizes of_own_models() {
  Sizes sizes;
  sizes.name = "models of this library";
  sizes.add(schema<bench::User>, type_text<bench::User>());
  sizes.add(schema<bench::Inventory>, type_text<bench::Inventory>());
  sizes.add(schema<Ticket>, type_text<Ticket>());
  sizes.add(schema<Task>, type_text<Task>());
  return sizes;
}

std::vector<Sizes> of_real_schemas() {
  const char* const variable = std::getenv("INSTRUCTOR_CONFORMANCE");
  const std::filesystem::path data = variable != nullptr && *variable != '\0' ? variable : CONFORMANCE_DEFAULT_FOLDER;
  const std::filesystem::path folder = data / "suites/json-schema-bench";
  std::vector<Sizes> all;
  if (!std::filesystem::is_directory(folder)) return all;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".jsonl") continue;
    Sizes& sizes = all.emplace_back();
    sizes.name = entry.path().stem();
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      try {
        const auto model = DynamicModel::from_json_schema(Json::parse(line).at("schema"));
        sizes.add(model.schema(), model.type_text());
      } catch (const Error&) {
        continue;  // not all of them are schemas that the library takes
      }
    }
  }
  std::ranges::sort(all, {}, &Sizes::name);
  return all;
}

void print_row(const Sizes& sizes) {
  std::cout << std::left << std::setw(24) << sizes.name << std::right << std::setw(9) << sizes.schemas << std::fixed
            << std::setprecision(0) << std::setw(12) << sizes.json_bytes << std::setw(12) << sizes.text_bytes
            << std::setprecision(2) << std::setw(8) << sizes.text_bytes / sizes.json_bytes << std::setprecision(0)
            << std::setw(12) << sizes.json_pieces << std::setw(12) << sizes.text_pieces << std::setprecision(2)
            << std::setw(8) << sizes.text_pieces / sizes.json_pieces << '\n';
}

void print_table(const Sizes& own, const std::vector<Sizes>& real) {
  std::cout << std::left << std::setw(24) << "" << std::right << std::setw(9) << "schemas" << std::setw(12) << "JSON"
            << std::setw(12) << "type text" << std::setw(8) << "ratio" << std::setw(12) << "JSON" << std::setw(12)
            << "type text" << std::setw(8) << "ratio" << '\n';
  std::cout << std::setw(33) << "" << std::setw(12) << "bytes" << std::setw(12) << "bytes" << std::setw(8) << ""
            << std::setw(12) << "pieces" << std::setw(12) << "pieces" << '\n';
  print_row(own);
  for (const Sizes& sizes : real) print_row(sizes);
}

std::string percent(double part, double whole) {
  return std::to_string(static_cast<long long>(100 * part / whole)) + " %";
}

std::vector<bench::Claim> measure() {
  const Sizes own = of_own_models();
  std::vector<bench::Claim> claims;
  claims.push_back(bench::at_most("type text, own models, pieces vs JSON Schema", 0.6,
                                  own.text_pieces / own.json_pieces, "x",
                                  "bytes: " + percent(own.text_bytes, own.json_bytes)));
  Sizes all;
  for (const Sizes& sizes : of_real_schemas()) all.add(sizes);
  if (all.schemas == 0) {
    std::cerr << "type_text_bench: schemas from the real world are skipped, there is no suites/json-schema-bench\n";
    return claims;
  }
  // Together they are mostly descriptions, which stay as they are.
  claims.push_back(bench::at_most("type text, the middle of " + std::to_string(all.schemas) + " real schemas, pieces",
                                  0.8, all.middle(), "x",
                                  "all together: " + percent(all.text_pieces, all.json_pieces) +
                                      ", bytes: " + percent(all.text_bytes, all.json_bytes)));
  return claims;
}

void write(benchmark::State& state) {
  const std::string text(schema<Ticket>);
  for (auto _ : state) benchmark::DoNotOptimize(DynamicModel::from_json_schema(text).type_text().data());
}
BENCHMARK(write)->Name("read a schema and write its type text");

}  // namespace

int main(int argc, char** argv) {
  if (argc == 1) print_table(of_own_models(), of_real_schemas());
  return bench::bench_main(argc, argv, measure);
}
