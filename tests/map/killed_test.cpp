#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/instructor.hpp"
#include "instructor/map.hpp"
#include "instructor/testing.hpp"
#include "sqlite/database.hpp"
#include "support/map_calls.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"

namespace instructor {
namespace {

struct Word {
  std::string text;
};

constexpr int rows = 60;

std::vector<std::string> documents() {
  std::vector<std::string> texts;
  for (int i = 0; i < rows; ++i) texts.push_back("document-" + std::to_string(i));
  return texts;
}

MapRun<Word> run_over(const std::string& url, const std::string& path, const std::string& name) {
  const auto options = ClientOptions().api_key("sk-test-123456").base_url(url).header("X-Run", name);
  const Client client = from_provider("openai/gpt-4o-mini", options);
  return MapRun<Word>(documents(), support::calls_of<Word>(client),
                      MapOptions().concurrency(6).checkpoint(path).as_completed());
}

constexpr int all_answers = 1'000'000;

/// A model that counts what it is asked, and answers as many calls of each run as it is told to.
class CountingServer {
 public:
  CountingServer() : server_([this](auto& connection) { serve(connection); }) {}
  ~CountingServer() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }

  std::string url() const { return server_.url(); }
  void allow(const std::string& run, int answers) {
    const std::lock_guard lock(mutex_);
    runs_[run].left = answers;
  }
  /// How often each document was asked about by this run.
  std::map<std::string, int> asked_by(const std::string& run) {
    const std::lock_guard lock(mutex_);
    return runs_[run].asked;
  }

 private:
  struct Run {
    std::map<std::string, int> asked;
    int left = 0;
  };

  void serve(support::Connection& connection) {
    while (true) {
      const std::string request = connection.read_request();
      if (request.empty()) return;
      const std::size_t name = request.find("X-Run: ") + 7;
      const std::string body = request.substr(request.find("\r\n\r\n") + 4);
      const Json asked = *decode<Json>(body);
      const std::string text = asked.at("messages").back().at("content").get<std::string>();
      {
        std::unique_lock lock(mutex_);
        Run& run = runs_[request.substr(name, request.find('\r', name) - name)];
        ++run.asked[text];
        changed_.wait(lock, [&] { return over_ || run.left > 0; });
        --run.left;
      }
      connection.respond(testing::ScriptedReply(encode(Word{text})).render(body).second);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Run> runs_;
  bool over_ = false;
  support::RawServer server_;
};

/// Tells the rows that it is given, until it is killed. Not a test of its own (gtest runs what is called DISABLED_ only
/// where it is told to): a process that another test starts.
TEST(MapRun, DISABLED_RunThatIsKilled) {
  auto run =
      run_over(getenv("INSTRUCTOR_TEST_URL"), getenv("INSTRUCTOR_TEST_CHECKPOINT"), getenv("INSTRUCTOR_TEST_RUN"));
  for (auto& row : run) {
    const std::string line = row.value().text + "\n";
    ASSERT_EQ(::write(3, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }
}

/// Starts a run in another process, kills it when it has told so many rows, and returns all that it told.
std::set<std::string> killed_after(std::size_t told, const std::string& url, const std::string& path,
                                   const std::string& name) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const std::string url_setting = "INSTRUCTOR_TEST_URL=" + url;
  const std::string name_setting = "INSTRUCTOR_TEST_RUN=" + name;
  const std::string path_setting = "INSTRUCTOR_TEST_CHECKPOINT=" + path;
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 3);
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    putenv(const_cast<char*>(url_setting.c_str()));
    putenv(const_cast<char*>(name_setting.c_str()));
    putenv(const_cast<char*>(path_setting.c_str()));
    execl("/proc/self/exe", "killed_test", "--gtest_filter=MapRun.DISABLED_RunThatIsKilled",
          "--gtest_also_run_disabled_tests", nullptr);
    _exit(127);
  }
  close(ends[1]);
  std::set<std::string> texts;
  std::string text;
  for (char c = 0; read(ends[0], &c, 1) == 1;) {
    if (c != '\n') {
      text += c;
      continue;
    }
    texts.insert(std::exchange(text, {}));
    if (texts.size() == told) kill(child, SIGKILL);
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  return texts;
}

/// Whatever was killed, and when: the next run gives every row, and asks none again that was handed out or kept.
void expect_to_go_on(CountingServer& server, const std::string& path, const std::set<std::string>& told) {
  server.allow("last", all_answers);
  std::set<std::string> all;
  std::set<std::string> kept;
  auto run = run_over(server.url(), path, "last");
  for (auto& row : run) {
    ASSERT_TRUE(row) << row.error().what();
    EXPECT_TRUE(all.insert(row->text).second);
    EXPECT_EQ(row->text, documents()[row.index()]);
    if (row.origin() == RowOrigin::checkpoint) kept.insert(row->text);
  }
  EXPECT_EQ(all.size(), static_cast<std::size_t>(rows));
  for (const std::string& text : told) EXPECT_TRUE(kept.contains(text)) << text;
  std::map<std::string, int> asked = server.asked_by("last");
  for (const std::string& text : all) EXPECT_EQ(asked[text], kept.contains(text) ? 0 : 1) << text;
}

TEST(MapRun, GoesOnAfterItWasKilledWhileCallsWereUnderWay) {
  const support::TemporaryDirectory directory;
  CountingServer server;
  server.allow("first", 20);
  // All that is answered is told; the next calls wait.
  const std::set<std::string> told = killed_after(20, server.url(), directory / "run.db", "first");
  EXPECT_EQ(told.size(), 20u);
  expect_to_go_on(server, directory / "run.db", told);
  EXPECT_EQ(sqlite::Database::open(directory / "run.db").number("SELECT count(*) FROM answers"), rows);
}

TEST(MapRun, GoesOnAfterItWasKilledAgainAndAgain) {
  const support::TemporaryDirectory directory;
  CountingServer server;
  std::set<std::string> told;
  for (const std::size_t more : {1u, 3u, 5u, 8u}) {
    // What it tells first are the rows from the runs before. It does not come to the end.
    const std::string name = "killed at " + std::to_string(more);
    server.allow(name, 12);
    told.merge(killed_after(told.size() + more, server.url(), directory / "run.db", name));
  }
  expect_to_go_on(server, directory / "run.db", told);
}

}  // namespace
}  // namespace instructor
