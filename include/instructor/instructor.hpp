#pragma once

// Instructor: typed, validated answers from language models. Include this header to have everything but testing.hpp
// (for tests), dynamic.hpp (models that are JSON Schemas), and what costs more to compile: async.hpp (coroutines),
// map.hpp (many inputs), stop.hpp (std::stop_token).
//
// A tour
// ------
//
// Write a struct, name a model, get the struct back:
//
//   #include <instructor/instructor.hpp>
//
//   struct User { std::string name; int age; };
//
//   auto client = instructor::from_provider("openai/gpt-4o-mini");   // the key is in OPENAI_API_KEY
//   User user = client.create<User>("Jason is 25 years old");
//
// The struct is a model as it stands. To say more of it (descriptions, limits, rules), see model.hpp:
//
//   struct User {
//     std::string name;
//     int age;
//
//     static constexpr auto describe() {
//       using namespace instructor;
//       return model<User>("A person", field<&User::age>("In years", ge(0), le(130)));
//     }
//   };
//
// An answer that is not valid goes back to the model with everything that is wrong with it, and a new one is asked
// for. How often, for how long and for how many tokens, see request.hpp:
//
//   client.create<User>(Request("...").retry(RetryPolicy().max_retries(2).deadline(30s)));
//
// Failure is an Error that says what the caller can do; try_create returns it instead of throwing (error.hpp):
//
//   auto user = client.try_create<User>("...");
//   if (!user && user.error().code() == ErrorCode::refusal) ...
//
// Values can be looked at while they arrive, and lists be taken element by element (stream.hpp):
//
//   for (const auto& partial : client.create_partial<User>("...")) show(partial->name);
//   for (User& user : client.create_iterable<User>("...")) store(user);
//
// Values of several types at once, and tools that the model may call before it answers (parallel.hpp, tool.hpp):
//
//   auto calls = client.create_parallel<Weather, Search>("...");     // std::vector<std::variant<Weather, Search>>
//
// Calls that do not wait, thousands on one thread, and long lists of inputs (async.hpp, map.hpp):
//
//   User user = co_await client.create_async<User>("...");
//   for (auto& row : client.map<User>(documents, MapOptions().checkpoint("run.db"))) ...
//
// Connections that break, providers that are busy or cannot answer at all (reliability.hpp, fallback.hpp):
//
//   auto reliable = fallback({"openai/gpt-4o-mini", "anthropic/claude-haiku-4-5"});
//
// What came back besides the value, and the ledger of all attempts (completion.hpp):
//
//   auto [user, completion] = client.create_with_completion<User>("...");
//
// Without any provider: schemas are constants, and text is decoded into validated values (schema.hpp, codec.hpp):
//
//   static_assert(instructor::schema<User>.starts_with(R"({"type":"object")"));
//   std::expected<User, Issues> user = instructor::decode<User>(R"({"name":"Ada","age":36})");
//
// and so is what models write: JSON in prose, with mistakes, values in words (tolerant.hpp, repair.hpp):
//
//   auto understood = instructor::decode_tolerant<User>("Sure! {name: 'Ada', age: \"thirty-six\"}");
//
// Headers: client.hpp is where to start; model.hpp describes types, literal.hpp has constants as types, formatted.hpp
// texts of a known form; request.hpp what is asked, context.hpp what checks may know of it; completion.hpp and
// error.hpp what comes back; stream.hpp shows what is on its way; issue.hpp what is wrong with a value; codec.hpp and
// schema.hpp work without a provider; transport.hpp is how requests travel; dynamic.hpp has models made of JSON
// Schemas, model_builder.hpp those put together by hand; type_text.hpp writes types with few tokens; testing.hpp is for
// tests; types.hpp the tables behind everything.

#include "instructor/box.hpp"
#include "instructor/cancellation.hpp"
#include "instructor/client.hpp"
#include "instructor/clock.hpp"
#include "instructor/codec.hpp"
#include "instructor/completion.hpp"
#include "instructor/context.hpp"
#include "instructor/dialect.hpp"
#include "instructor/duration.hpp"
#include "instructor/error.hpp"
#include "instructor/fallback.hpp"
#include "instructor/fits.hpp"
#include "instructor/formatted.hpp"
#include "instructor/issue.hpp"
#include "instructor/json.hpp"
#include "instructor/literal.hpp"
#include "instructor/maybe.hpp"
#include "instructor/message.hpp"
#include "instructor/mode.hpp"
#include "instructor/model.hpp"
#include "instructor/parallel.hpp"
#include "instructor/provider.hpp"
#include "instructor/rate_limits.hpp"
#include "instructor/reliability.hpp"
#include "instructor/repair.hpp"
#include "instructor/request.hpp"
#include "instructor/schema.hpp"
#include "instructor/stream.hpp"
#include "instructor/text_form.hpp"
#include "instructor/text_types.hpp"
#include "instructor/tolerant.hpp"
#include "instructor/tool.hpp"
#include "instructor/transport.hpp"
#include "instructor/type_text.hpp"
#include "instructor/types.hpp"
#include "instructor/version.hpp"
