#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <iterator>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "instructor/instructor.hpp"
#include "instructor/map.hpp"
#include "support/map_calls.hpp"

namespace instructor {
namespace {

using support::answered;
using support::calls_with;
using support::Desk;
using support::Done;
using support::failed;
using support::text_of;

struct Word {
  std::string text;
  int length = 0;

  static constexpr auto describe() { return model<Word>("A word", field<&Word::length>(ge(0))); }
};
using Words = MapRun<Word>;
static_assert(std::ranges::input_range<Words>);
static_assert(std::is_nothrow_move_constructible_v<detail::MapCore> && !std::is_copy_constructible_v<Words>);

std::string json_of(const std::string& text) { return encode(Word{text, static_cast<int>(text.size())}); }

/// Answers every call before it is begun, and counts them.
struct Inline {
  std::atomic<int> asked = 0;

  detail::MapCalls calls() {
    return calls_with<Word>([this](const Request& request, const Done& done) -> std::shared_ptr<void> {
      ++asked;
      const std::string text = text_of(request);
      done(text.starts_with("bad") ? failed(ErrorCode::refusal, "no: " + text) : answered<Word>(json_of(text)));
      return nullptr;
    });
  }
};

std::vector<std::string> numbered(int count) {
  std::vector<std::string> inputs;
  for (int i = 0; i < count; ++i) inputs.push_back("n" + std::to_string(i));
  return inputs;
}

template <class Run>
std::vector<std::size_t> indices_of(Run& run) {
  std::vector<std::size_t> indices;
  for (auto& row : run) indices.push_back(row.index());
  return indices;
}

Error error_of(Words& run) {
  try {
    while (run.next() != nullptr) {
    }
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "expected an Error";
  return Error(ErrorCode::validation, "none");
}

// ---- rows --------------------------------------------------------------------------------------------------------

TEST(MapRun, GivesRowsInTheOrderOfTheInputsWhenAnswersComeInAnother) {
  Desk desk;
  const std::vector<std::string> inputs{"a", "bb", "ccc"};
  Words run(inputs, desk.calls<Word>(), MapOptions());
  auto rows = std::async(std::launch::async, [&] {
    std::vector<std::pair<std::size_t, int>> seen;
    for (auto& row : run) seen.emplace_back(row.index(), row->length);
    return seen;
  });
  for (const char* text : {"ccc", "bb", "a"}) desk.answer<Word>(text, json_of(text));
  EXPECT_EQ(rows.get(), (std::vector<std::pair<std::size_t, int>>{{0, 1}, {1, 2}, {2, 3}}));
}

TEST(MapRun, GivesRowsAsTheyAreDone) {
  Desk desk;
  Words run(numbered(3), desk.calls<Word>(), MapOptions().as_completed());
  std::vector<std::size_t> order;
  auto next = [&] { return std::async(std::launch::async, [&] { order.push_back(run.next()->index()); }); };
  for (const char* text : {"n2", "n0", "n1"}) {
    auto row = next();
    desk.answer<Word>(text, json_of(text));
    row.get();
  }
  EXPECT_EQ(order, (std::vector<std::size_t>{2, 0, 1}));
  EXPECT_EQ(run.next(), nullptr);
  EXPECT_EQ(run.next(), nullptr);
}

TEST(MapRun, GivesErrorsAsValues) {
  auto calls = calls_with<Word>([](const Request& request, const Done& done) -> std::shared_ptr<void> {
    if (text_of(request) == "thrown") throw Error(ErrorCode::missing_key, "there is no key");
    if (text_of(request) == "dropped") return nullptr;
    done(text_of(request) == "told" ? failed(ErrorCode::refusal, "no") : answered<Word>(json_of(text_of(request))));
    done(failed(ErrorCode::transport, "a second outcome of the same call"));
    return nullptr;
  });
  calls.fingerprint = [](const Request& request) {
    if (text_of(request) == "nothing") throw Error(ErrorCode::invalid_request, "nothing to ask");
    return text_of(request);
  };
  Words run(std::vector<std::string>{"right", "thrown", "dropped", "told", "nothing"}, std::move(calls), MapOptions());
  std::vector<std::string> codes;
  for (auto& row : run) {
    codes.emplace_back(row ? "" : to_string(row.error().code()));
    if (row) {
      EXPECT_EQ((*row).text, "right");
      EXPECT_EQ(row.value().length, 5);
      EXPECT_EQ(row.completion().usage.total_tokens, 100);
      EXPECT_EQ(row.origin(), RowOrigin::asked);
    } else {
      EXPECT_THROW(row.value(), Error);
      EXPECT_EQ(row.completion().usage.total_tokens, row.error().code() == ErrorCode::refusal ? 7 : 0);
    }
  }
  EXPECT_EQ(codes, (std::vector<std::string>{"", "missing_key", "cancelled", "refusal", "invalid_request"}));
}

TEST(MapRun, AsksForTypesThatAreNoStructs) {
  auto calls = calls_with<std::vector<int>>([](const Request&, const Done& done) -> std::shared_ptr<void> {
    done(answered<std::vector<int>>(R"({"content":[1,2]})"));
    return nullptr;
  });
  MapRun<std::vector<int>> run(std::vector<std::string>{"a", "a"}, std::move(calls), MapOptions());
  for (auto& row : run) EXPECT_EQ(row.value(), (std::vector<int>{1, 2}));
}

// ---- equal inputs ------------------------------------------------------------------------------------------------

TEST(MapRun, AsksEqualInputsOnceWhileTheyAreUnderWay) {
  Desk desk;
  Words run(std::vector<std::string>{"a", "b", "a", "a"}, desk.calls<Word>(), MapOptions());
  auto rows = std::async(std::launch::async, [&] {
    std::vector<std::string> said;
    for (auto& row : run)
      said.push_back(row->text + (row.same_as() ? " as " + std::to_string(*row.same_as()) : std::string()) + " " +
                     std::to_string(row.completion().usage.total_tokens));
    return said;
  });
  desk.wait_for_begun(2);
  desk.answer<Word>("b", json_of("b"));
  desk.answer<Word>("a", json_of("a"));
  EXPECT_EQ(rows.get(), (std::vector<std::string>{"a 100", "b 100", "a as 0 0", "a as 0 0"}));
  EXPECT_EQ(desk.begun(), 2);
}

TEST(MapRun, AsksEqualInputsOnceWhenTheFirstIsLongDone) {
  Inline model;
  std::vector<std::string> inputs;
  for (int i = 0; i < 300; ++i) inputs.push_back(i % 2 == 0 ? "even" : "bad");
  Words run(inputs, model.calls(), MapOptions().concurrency(1));
  std::size_t index = 0;
  for (auto& row : run) {
    EXPECT_EQ(row.index(), index);
    EXPECT_EQ(row.has_value(), index % 2 == 0);
    EXPECT_EQ(row ? row->text : row.error().message(), index % 2 == 0 ? "even" : "no: bad");
    EXPECT_EQ(row.origin(), index < 2 ? RowOrigin::asked : RowOrigin::shared);
    EXPECT_EQ(row.same_as(), index < 2 ? std::nullopt : std::optional(index % 2));
    ++index;
  }
  EXPECT_EQ(index, 300u);
  EXPECT_EQ(model.asked, 2);
  EXPECT_EQ(run.progress(), (MapProgress{150, 150, 0, 298, 300}));
}

TEST(MapRun, AsksAnEqualInputOnItsOwnWhenTheAnswerIsNotValidForIt) {
  Inline model;
  auto calls = model.calls();
  calls.decode = [](std::string_view, const Request&) -> std::expected<detail::AnyValue, Issues> {
    return std::unexpected(Issues());
  };
  Words run(std::vector<std::string>{"a", "a", "a"}, std::move(calls), MapOptions().concurrency(2));
  EXPECT_EQ(indices_of(run), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(model.asked, 3);
}

// ---- bounds ------------------------------------------------------------------------------------------------------

TEST(MapRun, HasSoManyCallsUnderWay) {
  Desk desk;
  const auto inputs = numbered(50);
  Words run(inputs, desk.calls<Word>(), MapOptions().concurrency(5));
  auto rows = std::async(std::launch::async, [&] { return indices_of(run); });
  desk.wait_for_begun(5);
  for (const std::string& text : inputs) desk.answer<Word>(text, json_of(text));
  EXPECT_EQ(rows.get().size(), 50u);
  EXPECT_EQ(desk.most_open(), 5u);
}

TEST(MapRun, GoesNoFurtherAheadThanItsWindow) {
  constexpr int window = 6;
  Desk desk;
  std::atomic<int> taken = 0;
  std::atomic<int> furthest = 0;
  auto inputs = std::views::iota(0, 60) | std::views::transform([&](int i) {
                  furthest = std::max<int>(furthest, i - taken);
                  return Request(i == 0 ? "slow" : "n" + std::to_string(i));
                });
  auto calls = desk.calls<Word>();
  calls.start = [hold = calls.start](Request request, Done done) -> std::shared_ptr<void> {
    if (text_of(request) == "slow") return hold(std::move(request), std::move(done));
    done(answered<Word>(json_of(text_of(request))));
    return nullptr;
  };
  Words run(inputs, std::move(calls), MapOptions().concurrency(2).window(window));
  auto rows = std::async(std::launch::async, [&] {
    for (auto& row : run) taken = static_cast<int>(row.index()) + 1;
  });
  while (run.progress().done < window - 1) std::this_thread::yield();  // the slow one holds up the others
  EXPECT_EQ(furthest, window - 1);
  desk.answer<Word>("slow", json_of("slow"));
  rows.get();
  EXPECT_EQ(taken, 60);
  EXPECT_LE(furthest, window);  // a row is taken a little before the test counts it
}

// ---- progress ----------------------------------------------------------------------------------------------------

TEST(MapRun, TellsProgressOnTheThreadThatTakesRows) {
  Inline model;
  std::vector<MapProgress> told;
  const std::thread::id here = std::this_thread::get_id();
  Words run(std::vector<std::string>{"a", "bad", "a"}, model.calls(),
            MapOptions().concurrency(1).on_progress([&](const MapProgress& progress) {
              EXPECT_EQ(std::this_thread::get_id(), here);
              told.push_back(progress);
            }));
  EXPECT_EQ(indices_of(run).size(), 3u);
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back(), (MapProgress{2, 1, 0, 1, 3}));
  for (std::size_t i = 1; i < told.size(); ++i)
    EXPECT_GT(told[i].done + told[i].failed, told[i - 1].done + told[i - 1].failed);
}

TEST(MapRun, LetsProgressEndTheRun) {
  Inline model;
  Words run(numbered(1000), model.calls(), MapOptions().on_progress([](const MapProgress& progress) {
    if (progress.done >= 5) throw std::runtime_error("enough");
  }));
  EXPECT_THROW(indices_of(run), std::runtime_error);
}

// ---- cancellation ------------------------------------------------------------------------------------------------

TEST(MapRun, IsCancelledFromAnotherThread) {
  Desk desk;
  Words run(numbered(100), desk.calls<Word>(), MapOptions().concurrency(4));
  auto error = std::async(std::launch::async, [&] { return error_of(run); });
  desk.answer<Word>("n0", json_of("n0"));
  desk.wait_for_begun(5);
  run.cancel();
  EXPECT_EQ(error.get().code(), ErrorCode::cancelled);
  EXPECT_EQ(error_of(run).code(), ErrorCode::cancelled);
}

TEST(MapRun, IsCancelledByACancellation) {
  Desk desk;
  Cancellation stop;
  {
    Words run(numbered(100), desk.calls<Word>(), MapOptions().concurrency(4).cancellation(stop));
    auto error = std::async(std::launch::async, [&] { return error_of(run); });
    desk.wait_for_begun(4);
    stop.cancel();
    EXPECT_EQ(error.get().message(), "the run was cancelled after 0 rows");
  }
  EXPECT_EQ(desk.dropped(), 4);
  Words late(numbered(3), desk.calls<Word>(), MapOptions().cancellation(stop));
  EXPECT_EQ(error_of(late).code(), ErrorCode::cancelled);
  EXPECT_EQ(desk.begun(), 4);
}

TEST(MapRun, BreaksOffWhatIsUnderWayWhenItIsDestroyed) {
  Desk desk;
  {
    Words run(numbered(100), desk.calls<Word>(), MapOptions().concurrency(8));
    auto row = std::async(std::launch::async, [&] { EXPECT_EQ(run.next()->index(), 0u); });
    desk.answer<Word>("n0", json_of("n0"));
    row.get();
    desk.wait_for_begun(9);
    Words moved(std::move(run));
    EXPECT_EQ(moved.progress().done, 1u);
  }
  EXPECT_EQ(desk.dropped(), 9);
  desk.answer<Word>("n5", json_of("n5"));  // nobody waits for it any more
}

TEST(MapRun, CanBeLeftWhileThreadsAnswer) {
  for (int round = 0; round < 20; ++round) {
    auto calls = calls_with<Word>([](const Request& request, Done done) -> std::shared_ptr<void> {
      return std::make_shared<std::jthread>([text = text_of(request), done = std::move(done)] {
        done(text.back() == '3' ? failed(ErrorCode::timeout, "too slow") : answered<Word>(json_of(text)));
      });
    });
    Words run(numbered(200), std::move(calls), MapOptions().concurrency(8).as_completed(round % 2 == 0));
    for (int i = 0; i < 5 * round; ++i) ASSERT_NE(run.next(), nullptr);
  }
}

TEST(MapRun, AsksNothingBeforeItIsLookedAt) {
  Inline model;
  {
    Words run(numbered(3), model.calls(), MapOptions());
  }
  EXPECT_EQ(model.asked, 0);
}

// ---- inputs ------------------------------------------------------------------------------------------------------

TEST(MapRun, TakesWhateverRequestsAreMadeOf) {
  Inline model;
  const char* const array[] = {"a", "b"};
  Words texts(array, model.calls(), MapOptions());
  EXPECT_EQ(indices_of(texts).size(), 2u);
  EXPECT_EQ(texts.progress().total, 2u);

  Words requests(std::vector<Request>{Request("a").system("Be brief."), Request("b")}, model.calls(), MapOptions());
  EXPECT_EQ(indices_of(requests).size(), 2u);

  Words conversations(std::vector<std::vector<Message>>{{Message::user("a")}}, model.calls(), MapOptions());
  EXPECT_EQ(indices_of(conversations).size(), 1u);

  std::istringstream stream("one two three");
  Words single_pass(std::ranges::istream_view<std::string>(stream), model.calls(), MapOptions());
  EXPECT_EQ(indices_of(single_pass).size(), 3u);
  EXPECT_EQ(single_pass.progress(), (MapProgress{3, 0, 0, 0, std::nullopt}));

  Words none(std::vector<std::string>(), model.calls(), MapOptions());
  EXPECT_EQ(none.next(), nullptr);
  static_assert(!detail::MakesRequests<std::string> && !detail::MakesRequests<std::vector<int>>);
}

TEST(MapRun, MakesARowOfAnErrorOfAnInput) {
  Inline model;
  auto inputs = std::views::iota(0, 4) | std::views::transform([](int i) {
                  if (i == 1) throw Error(ErrorCode::invalid_configuration, "the file is not there");
                  return Request("n" + std::to_string(i));
                });
  Words run(inputs, model.calls(), MapOptions());
  std::vector<bool> right;
  for (auto& row : run) right.push_back(row.has_value());
  EXPECT_EQ(right, (std::vector<bool>{true, false, true, true}));
}

TEST(MapRun, HandsOutTheRowsBeforeWhateverElseTheInputsThrow) {
  Inline model;
  auto inputs = std::views::iota(0, 4) | std::views::transform([](int i) {
                  if (i == 2) throw std::out_of_range("no such page");
                  return Request("n" + std::to_string(i));
                });
  Words run(inputs, model.calls(), MapOptions());
  EXPECT_EQ(run.next()->index(), 0u);
  EXPECT_EQ(run.next()->index(), 1u);
  EXPECT_THROW(run.next(), std::out_of_range);
  EXPECT_THROW(run.next(), std::out_of_range);
}

TEST(MapRun, EndsWithWhatThePartsThrowThatIsNoError) {
  auto calls = calls_with<Word>([](const Request& request, const Done& done) -> std::shared_ptr<void> {
    if (text_of(request) == "n1") throw std::logic_error("a bug");
    done(answered<Word>(json_of(text_of(request))));
    return nullptr;
  });
  Words run(numbered(3), std::move(calls), MapOptions());
  EXPECT_THROW(indices_of(run), std::logic_error);
}

}  // namespace
}  // namespace instructor
