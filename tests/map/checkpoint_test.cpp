#include "map/checkpoint.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "instructor/instructor.hpp"
#include "instructor/map.hpp"
#include "sqlite/database.hpp"
#include "support/map_calls.hpp"
#include "support/program.hpp"

namespace instructor {
namespace {

using support::answered;
using support::calls_with;
using support::Done;
using support::failed;
using support::read_file;
using support::TemporaryDirectory;
using support::text_of;

struct Word {
  std::string text;
  int length = 0;
};
using Words = MapRun<Word>;

std::string json_of(const std::string& text) { return encode(Word{text, static_cast<int>(text.size())}); }

/// Answers at once, and counts what it was asked.
struct Model {
  std::atomic<std::size_t> asked = 0;
  std::function<bool(const std::string&)> refuses = [](const std::string&) { return false; };

  detail::MapCalls calls() {
    return calls_with<Word>([this](const Request& request, const Done& done) -> std::shared_ptr<void> {
      const std::string text = text_of(request);
      ++asked;
      done(refuses(text) ? failed(ErrorCode::refusal, "no: " + text) : answered<Word>(json_of(text)));
      return nullptr;
    });
  }
};

std::vector<std::string> numbered(int count, const std::string& prefix = "n") {
  std::vector<std::string> inputs;
  for (int i = 0; i < count; ++i) inputs.push_back(prefix + std::to_string(i));
  return inputs;
}

/// All rows, in a word each: where it is from, and what it says.
std::vector<std::string> words_of(Words& run) {
  std::vector<std::string> words;
  for (auto& row : run) {
    const char* const from = row.origin() == RowOrigin::asked        ? "asked"
                             : row.origin() == RowOrigin::checkpoint ? "kept"
                                                                     : "shared";
    words.push_back(from + (row ? " " + row->text : std::string(" ") + std::string(to_string(row.error().code()))));
  }
  return words;
}

std::string refusal_of(const std::string& path, detail::MapCalls calls) {
  try {
    Words run(numbered(3), std::move(calls), MapOptions().checkpoint(path));
    words_of(run);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_configuration);
    return error.message();
  }
  return "no Error";
}

// ---- going on ----------------------------------------------------------------------------------------------------

TEST(Checkpoint, GoesOnWhereAnEarlierRunStopped) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.db";
  Model first;
  {
    Words run(numbered(10), first.calls(), MapOptions().concurrency(1).window(1).checkpoint(path));
    for (int i = 0; i < 4; ++i) EXPECT_EQ(run.next()->index(), static_cast<std::size_t>(i));
  }
  const std::size_t kept = first.asked.load();  // those taken, and perhaps one more
  EXPECT_GE(kept, 4u);
  EXPECT_LE(kept, 5u);
  Model second;
  Words run(numbered(10), second.calls(), MapOptions().checkpoint(path));
  const auto words = words_of(run);
  ASSERT_EQ(words.size(), 10u);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(words[i], (i < kept ? "kept n" : "asked n") + std::to_string(i)) << i;
  EXPECT_EQ(second.asked, 10 - kept);
  EXPECT_EQ(run.progress(), (MapProgress{10, 0, kept, 0, 10}));
}

TEST(Checkpoint, KeepsWhatAnAnswerTook) {
  const TemporaryDirectory directory;
  Model model;
  const auto options = MapOptions().checkpoint(directory / "run.db");
  Words first(numbered(1), model.calls(), options);
  words_of(first);
  Words second(std::vector<std::string>{"n0", "n0"}, model.calls(), options);
  const MapRow<Word>* row = second.next();
  EXPECT_EQ(row->completion().answer, json_of("n0"));
  EXPECT_EQ(row->completion().usage, (Usage{.input_tokens = 80, .output_tokens = 20, .total_tokens = 100}));
  EXPECT_EQ(row->completion().model, "model-1");
  EXPECT_EQ(row->completion().request_id, "req-1");
  EXPECT_TRUE(row->completion().attempts.empty());
  row = second.next();
  EXPECT_EQ(row->same_as(), 0u);
  EXPECT_EQ(row->completion().usage, Usage());  // so that sums are right
}

TEST(Checkpoint, HasKeysOfInputsNotOfRows) {
  const TemporaryDirectory directory;
  const auto options = MapOptions().checkpoint(directory / "run.db");
  Model model;
  Words first(std::vector<std::string>{"a", "b", "c"}, model.calls(), options);
  words_of(first);
  Words second(std::vector<std::string>{"new", "c", "a", "c"}, model.calls(), options);
  EXPECT_EQ(words_of(second), (std::vector<std::string>{"asked new", "kept c", "kept a", "shared c"}));
}

TEST(Checkpoint, AsksFailedRowsAgain) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.db";
  const auto options = MapOptions().checkpoint(path);
  Model model;
  model.refuses = [](const std::string& text) { return text == "n1"; };
  Words first(numbered(3), model.calls(), options);
  EXPECT_EQ(words_of(first), (std::vector<std::string>{"asked n0", "asked refusal", "asked n2"}));
  const std::string count = "SELECT count(*) FROM failures WHERE code = 'refusal' AND message = 'no: n1'";
  EXPECT_EQ(sqlite::Database::open(path).number(count), 1);
  model.refuses = [](const std::string&) { return false; };
  Words second(numbered(3), model.calls(), options);
  EXPECT_EQ(words_of(second), (std::vector<std::string>{"kept n0", "asked n1", "kept n2"}));
  EXPECT_EQ(sqlite::Database::open(path).number(count), 0);
}

TEST(Checkpoint, AsksAgainWhatIsNoValidAnswerAnyMore) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.db";
  const auto options = MapOptions().checkpoint(path);
  Model model;
  Words first(numbered(2), model.calls(), options);
  words_of(first);
  sqlite::Database::open(path).run(R"(UPDATE answers SET answer = '{"text":' WHERE answer LIKE '%n1%')");
  Words second(numbered(2), model.calls(), options);
  EXPECT_EQ(words_of(second), (std::vector<std::string>{"kept n0", "asked n1"}));
  Words third(numbered(2), model.calls(), options);
  EXPECT_EQ(words_of(third), (std::vector<std::string>{"kept n0", "kept n1"}));
}

TEST(Checkpoint, IsOneFileWhenTheRunIsOver) {
  const TemporaryDirectory directory;
  Model model;
  {
    Words run(numbered(20), model.calls(), MapOptions().checkpoint(directory / "run.db"));
    words_of(run);
  }
  EXPECT_TRUE(std::filesystem::exists(directory / "run.db"));
  EXPECT_FALSE(std::filesystem::exists(directory / "run.db-wal"));
}

TEST(Checkpoint, KeepsAnswersThatNobodyHasTakenYet) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.db";
  Model model;
  {
    Words run(numbered(10), model.calls(), MapOptions().concurrency(10).checkpoint(path));
    run.next();
    while (run.progress().done < 10) std::this_thread::yield();
  }
  EXPECT_EQ(sqlite::Database::open(path).number("SELECT count(*) FROM answers"), 10);
}

// ---- files that are something else -------------------------------------------------------------------------------

TEST(Checkpoint, RefusesWhatIsNoDatabase) {
  const TemporaryDirectory directory;
  const std::string text(5000, 'x');
  const std::string path = directory.write("notes.txt", text);
  Model model;
  EXPECT_EQ(refusal_of(path, model.calls()), path + " is no SQLite database (file is not a database)");
  EXPECT_EQ(read_file(path), text);
}

TEST(Checkpoint, RefusesADatabaseOfAnotherProgram) {
  const TemporaryDirectory directory;
  const std::string path = directory / "other.db";
  sqlite::Database::open(path).run("CREATE TABLE answers (key TEXT)");
  const std::string before = read_file(path);
  Model model;
  EXPECT_EQ(refusal_of(path, model.calls()),
            path + " is a database of another program and not a checkpoint; it was not changed");
  EXPECT_EQ(read_file(path), before);
}

TEST(Checkpoint, RefusesALaterVersion) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.db";
  Model model;
  EXPECT_EQ(refusal_of(path, model.calls()), "no Error");
  sqlite::Database::open(path).run("PRAGMA user_version = 2");
  EXPECT_EQ(refusal_of(path, model.calls()),
            path + " is a checkpoint of version 2, and this library reads those up to 1; it was not changed");
}

TEST(Checkpoint, RefusesAnotherTypeSchemaOrModel) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.db";
  Model model;
  EXPECT_EQ(refusal_of(path, model.calls()), "no Error");

  auto calls = model.calls();
  calls.type_name = "Phrase";
  EXPECT_EQ(refusal_of(path, std::move(calls)),
            path + " has answers of type Word, and this run asks for Phrase; give this run a file of its own");
  calls = model.calls();
  calls.type = &type_of<Usage>();
  EXPECT_EQ(refusal_of(path, std::move(calls)),
            path + " has answers of type Word with another schema than it has now; give this run a file of its own");
  calls = model.calls();
  calls.provider_and_model = "anthropic/claude-haiku-4-5";
  EXPECT_EQ(refusal_of(path, std::move(calls)),
            path +
                " has answers of openai/gpt-4o-mini, and this run asks anthropic/claude-haiku-4-5; give this run a "
                "file of its own");
}

TEST(Checkpoint, RefusesADamagedFile) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.db";
  Model model;
  {
    Words run(numbered(200), model.calls(), MapOptions().checkpoint(path));
    words_of(run);
  }
  std::string bytes = read_file(path);
  ASSERT_GT(bytes.size(), 20'000u);
  for (std::size_t i = 4096; i < bytes.size(); ++i) bytes[i] = '\x5A';
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_EQ(refusal_of(path, model.calls()), path + " is damaged (database disk image is malformed)");
  EXPECT_EQ(read_file(path), bytes);
}

TEST(Checkpoint, SaysWhenARowCannotBeRead) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.db";
  Model model;
  {
    Words run(numbered(200), model.calls(), MapOptions().checkpoint(path));
    words_of(run);
  }
  // All but what is looked at when it is opened.
  const auto page = sqlite::Database::open(path).number("SELECT rootpage FROM sqlite_master WHERE name = 'answers'");
  std::string bytes = read_file(path);
  for (std::size_t i = static_cast<std::size_t>(page - 1) * 4096; i < bytes.size(); ++i) bytes[i] = '\x5A';
  std::ofstream(path, std::ios::binary) << bytes;
  model.asked = 0;
  EXPECT_EQ(refusal_of(path, model.calls()), path + " is damaged (database disk image is malformed)");
  EXPECT_EQ(model.asked, 0u);
}

TEST(Checkpoint, SaysWhenAFileCannotBeMade) {
  const TemporaryDirectory directory;
  Model model;
  const std::string path = directory / "no/such/folder.db";
  EXPECT_EQ(refusal_of(path, model.calls()),
            path + " cannot be opened (unable to open database file: No such file or directory)");
  // Nobody may write there, not even root.
  EXPECT_EQ(refusal_of("/proc/self/attr/run.db", model.calls()).find("/proc/self/attr/run.db cannot be opened"), 0u);
  EXPECT_EQ(refusal_of("", model.calls()), "the path of the checkpoint is empty");
  EXPECT_EQ(model.asked, 0u);
}

/// Not root, who may write everything, until the test is over.
class Somebody {
 public:
  static constexpr uid_t nobody = 65534;
  explicit Somebody(const std::string& owned) : was_root_(::geteuid() == 0) {
    if (was_root_ && (::chown(owned.c_str(), nobody, nobody) != 0 || ::seteuid(nobody) != 0))
      throw std::runtime_error("cannot become nobody");
  }
  ~Somebody() {
    if (was_root_ && ::seteuid(0) != 0) ADD_FAILURE() << "cannot become root again";
  }

 private:
  bool was_root_;
};

TEST(Checkpoint, SaysWhenAFileMayNotBeWritten) {
  using std::filesystem::perms;
  const TemporaryDirectory directory;
  const Somebody somebody(directory / "");
  const std::string path = directory / "run.db";
  Model model;
  EXPECT_EQ(refusal_of(path, model.calls()), "no Error");
  model.asked = 0;
  std::filesystem::permissions(path, perms::owner_read);
  EXPECT_EQ(refusal_of(path, model.calls()), path + " cannot be written (attempt to write a readonly database)");
  std::filesystem::permissions(path, perms::owner_read | perms::owner_write);
  std::filesystem::permissions(directory / "", perms::owner_read | perms::owner_exec);
  EXPECT_EQ(refusal_of(path, model.calls()), path + " cannot be written (attempt to write a readonly database)");
  const std::string other = directory / "new.db";
  EXPECT_EQ(refusal_of(other, model.calls()).find(other + " cannot be opened"), 0u);
  std::filesystem::permissions(directory / "", perms::owner_all);
  EXPECT_EQ(model.asked, 0u);
}

// ---- no room -----------------------------------------------------------------------------------------------------

/// Files of this process grow no further, until the test is over or says so.
class NoRoom {
 public:
  explicit NoRoom(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit bound{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &bound);
  }
  ~NoRoom() {
    end();
    std::signal(SIGXFSZ, handler_);
  }
  void end() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(Checkpoint, LosesNoRowWhenThereIsNoRoom) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.db";
  const std::string filler(3000, 'x');
  Model model;
  Words run(numbered(100, filler), model.calls(), MapOptions().concurrency(4).checkpoint(path));
  NoRoom bound(150'000);
  std::vector<std::size_t> indices;
  std::vector<std::string> errors;
  while (errors.size() < 2) {
    try {
      const MapRow<Word>* row = run.next();
      ASSERT_NE(row, nullptr);
      indices.push_back(row->index());
    } catch (const Error& error) {
      errors.push_back(error.message());
    }
  }
  EXPECT_GT(indices.size(), 5u);
  EXPECT_LT(indices.size(), 90u);
  for (const std::string& error : errors) EXPECT_EQ(error.find(path + " cannot be"), 0u) << error;
  // No more is asked than what cannot be kept.
  EXPECT_LE(model.asked, indices.size() + 4);
  bound.end();
  std::vector<std::string> rest;
  try {
    rest = words_of(run);
  } catch (const Error&) {  // it had tried once more before there was room
    rest = words_of(run);
  }
  EXPECT_EQ(rest.size(), 100 - indices.size());
  EXPECT_EQ(model.asked, 100u);  // each once
  EXPECT_EQ(sqlite::Database::open(path).number("SELECT count(*) FROM answers"), 100);
}

TEST(Checkpoint, NeedsNoTemporaryFiles) {
  const NoRoom bound(0);
  EXPECT_FALSE(sqlite::Database::has_temporary_files());
  Model model;
  std::vector<std::string> inputs = numbered(3000, std::string(3000, 'x'));
  inputs.push_back(inputs.front());
  Words run(inputs, model.calls(), MapOptions());
  const auto words = words_of(run);
  EXPECT_EQ(words.size(), 3001u);
  EXPECT_EQ(words.back(), "shared " + inputs.front());
  EXPECT_EQ(model.asked, 3000u);
}

// ---- several at once ---------------------------------------------------------------------------------------------

/// A run over the file in INSTRUCTOR_TEST_CHECKPOINT; its exit status is the test's. Not a test of its own (gtest runs
/// what is called DISABLED_ only where it is told to): a process that another test starts.
TEST(Checkpoint, DISABLED_RunOfAnotherProcess) {
  Model model;
  Words run(numbered(150), model.calls(), MapOptions().concurrency(3).checkpoint(getenv("INSTRUCTOR_TEST_CHECKPOINT")));
  EXPECT_EQ(words_of(run).size(), 150u);
}

TEST(Checkpoint, IsSharedByProcesses) {
  const TemporaryDirectory directory;
  const std::string path = directory / "run.db";
  std::vector<support::Finished> finished(3);
  {
    std::vector<std::jthread> threads;
    for (support::Finished& one : finished)
      threads.emplace_back([&] {
        one = support::run({"/proc/self/exe", "--gtest_filter=Checkpoint.DISABLED_RunOfAnotherProcess",
                            "--gtest_also_run_disabled_tests"},
                           {}, {"INSTRUCTOR_TEST_CHECKPOINT=" + path});
      });
    Model model;
    Words run(numbered(150), model.calls(), MapOptions().checkpoint(path));
    EXPECT_EQ(words_of(run).size(), 150u);
  }
  for (const support::Finished& one : finished) EXPECT_EQ(one.status, 0) << one.out << one.err;
  Model model;
  Words run(numbered(150), model.calls(), MapOptions().checkpoint(path));
  words_of(run);
  EXPECT_EQ(model.asked, 0u);
}

}  // namespace
}  // namespace instructor
