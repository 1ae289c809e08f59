// g++ 12 destroys aggregate temporaries inside the operand of co_await twice (and lambdas that own something). What
// users of this library write there must not be such a thing. Meaningful under AddressSanitizer.

#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <vector>

#include "instructor/async.hpp"
#include "instructor/fallback.hpp"
#include "instructor/instructor.hpp"
#include "instructor/map.hpp"
#include "instructor/testing.hpp"

namespace instructor {
namespace {

struct User {
  std::string name;
  int age = 0;
};

constexpr const char* right = R"({"name":"Jason with a name that is on the heap","age":25})";
const std::string long_text = "a text that is long enough not to be kept inside of the string itself";

template <class T>
inline constexpr bool is_safe = !std::is_aggregate_v<T> || std::is_trivially_destructible_v<T>;

static_assert(is_safe<Request> && is_safe<Message> && is_safe<ClientOptions> && is_safe<RetryPolicy> && is_safe<Tool> &&
              is_safe<Context> && is_safe<TransportOptions> && is_safe<TransportRetry> && is_safe<RateLimit> &&
              is_safe<CircuitBreaker> && is_safe<Hedge> && is_safe<FallbackPolicy> && is_safe<Cancellation> &&
              is_safe<CallOptions> && is_safe<MapOptions> && is_safe<Client> && is_safe<Coalesce>);

Client client(int answers = 1) {
  return testing::scripted(std::vector<testing::ScriptedReply>(static_cast<std::size_t>(answers), right));
}

Task<User> temporaries_of_strings(Client c) { co_return co_await c.create_async<User>(std::string(long_text)); }
Task<User> chains(Client c) {
  co_return co_await c.create_async<User>(
      Request(long_text).system(long_text).message(Message::user(long_text)).max_retries(2));
}
Task<User> vectors(Client c) {
  co_return co_await c.create_async<User>(Request(std::vector<Message>(2, Message::user(long_text))));
}
Task<User> conditions(Client c, bool first) {
  co_return co_await c.create_async<User>(first ? Request(long_text).system("a") : Request(long_text).system("b"));
}
Task<int> loops(Client c) {
  int sum = 0;
  for (const std::string& text : {long_text, long_text}) sum += (co_await c.create_async<User>(Request(text))).age;
  co_return sum;
}
Task<int> policies(Client c) {
  User user = co_await c.create_async<User>(Request(long_text)
                                                .retry(RetryPolicy().max_retries(1))
                                                .cancellation(Cancellation())
                                                .tool(Tool::of<User>("weather", long_text)));
  co_return user.age;
}
Task<int> nested(Client c) { co_return (co_await chains(c)).age + (co_await temporaries_of_strings(c)).age; }
Task<int> streams(Client c) {
  auto stream = c.create_partial_async<User>(Request(long_text).system(long_text));
  int seen = 0;
  while (const Partial<User>* partial = co_await stream.next()) seen += (*partial)->name.empty() ? 0 : 1;
  co_return seen;
}
Task<bool> failures(Client c) {
  const std::expected<User, Error> user =
      co_await c.try_create_async<User>(Request(long_text).mode(Mode::responses_tools).model("x"));
  co_return user.has_value();
}

TEST(Operands, AreDestroyedOnce) {
  EXPECT_EQ(temporaries_of_strings(client()).get().age, 25);
  EXPECT_EQ(chains(client()).get().age, 25);
  EXPECT_EQ(vectors(client()).get().age, 25);
  EXPECT_EQ(conditions(client(), true).get().age, 25);
  EXPECT_EQ(conditions(client(), false).get().age, 25);
  EXPECT_EQ(loops(client(2)).get(), 50);
  EXPECT_EQ(policies(client(3)).get(), 25);
  EXPECT_EQ(nested(client(2)).get(), 50);
  EXPECT_GT(streams(client()).get(), 0);
  (void)failures(client()).get();
}

}  // namespace
}  // namespace instructor
