// What a call costs inside the program: the request written, the reply read, the value decoded and validated. The
// transport has the answer ready.

#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <instructor/instructor.hpp>

#include "claim.hpp"
#include "replies.hpp"
#include "rounds.hpp"

namespace {

using namespace bench;

struct Contact {
  std::string name;
  int age;
  double height;
  bool active;
  std::vector<std::string> tags;

  static constexpr auto describe() {
    using namespace instructor;
    return model<Contact>(
        "A person", field<&Contact::name>("First and last name", min_length(1), max_length(80)),
        field<&Contact::age>("In years", ge(0), le(150)), field<&Contact::height>("In metres", gt(0.2), lt(3.0)),
        field<&Contact::active>("Seen this year"), field<&Contact::tags>("Occupations", max_items(5), unique));
  }
};

instructor::Client ready_client() {
  auto transport = std::make_shared<ReadyTransport>(tool_call_reply(
      "Contact",
      R"({"name": "Ada Lovelace", "age": 36, "height": 1.65, "active": true, "tags": ["mathematician", "writer"]})"));
  return instructor::from_provider("openai/mock", instructor::ClientOptions().api_key("sk-bench").transport(transport));
}

void create(benchmark::State& state) {
  const instructor::Client client = ready_client();
  for (auto _ : state) {
    Contact contact = client.create<Contact>("Ada Lovelace, 36, mathematician and writer");
    benchmark::DoNotOptimize(contact);
  }
}
BENCHMARK(create);

std::vector<Claim> measure() {
  const instructor::Client client = ready_client();
  const auto times = in_turns(201, repeated([&] {
                                Contact contact = client.create<Contact>("Ada Lovelace, 36, mathematician and writer");
                                benchmark::DoNotOptimize(contact);
                              }));
  return {at_most("create, 5 fields, transport stubbed: own CPU time a call", 10, times.middle(0) * 1e6, "us")};
}

}  // namespace

int main(int argc, char** argv) { return bench::bench_main(argc, argv, measure); }
