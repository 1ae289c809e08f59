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
constexpr int concurrency = 6;

std::vector<std::string> documents() {
  std::vector<std::string> texts;
  for (int i = 0; i < rows; ++i) texts.push_back("document-" + std::to_string(i));
  return texts;
}

MapRun<Word> run_over(const std::string& url, const std::string& path) {
  const Client client =
      from_provider("openai/gpt-4o-mini", ClientOptions().api_key("sk-test-123456").base_url(url).mode(Mode::tools));
  return MapRun<Word>(documents(), support::calls_of<Word>(client),
                      MapOptions().concurrency(concurrency).checkpoint(path).as_completed());
}

constexpr int all_answers = 1'000'000;

/// A model that counts what it is asked, and answers as many calls as it is allowed to.
class CountingServer {
 public:
  CountingServer() : server_([this](auto& connection) { serve(connection); }) {}
  ~CountingServer() { allow(all_answers); }

  std::string url() const { return server_.url(); }
  void allow(int answers) {
    const std::lock_guard lock(mutex_);
    left_ += answers;
    changed_.notify_all();
  }
  std::map<std::string, int> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void serve(support::Connection& connection) {
    while (true) {
      const std::string request = connection.read_request();
      if (request.empty()) return;
      const std::string body = request.substr(request.find("\r\n\r\n") + 4);
      const Json asked = *decode<Json>(body);
      const std::string text = asked.at("messages").back().at("content").get<std::string>();
      {
        std::unique_lock lock(mutex_);
        ++asked_[text];
        changed_.wait(lock, [&] { return left_ > 0; });
        --left_;
      }
      connection.respond(testing::ScriptedReply(encode(Word{text})).render(body).second);
    }
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, int> asked_;
  int left_ = 0;
  support::RawServer server_;
};

/// Tells the rows that it is given, until it is killed.
TEST(MapRun, DISABLED_RunThatIsKilled) {
  auto run = run_over(getenv("INSTRUCTOR_TEST_URL"), getenv("INSTRUCTOR_TEST_CHECKPOINT"));
  for (auto& row : run) {
    const std::string line = row.value().text + "\n";
    ASSERT_EQ(::write(3, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }
}

/// Starts a run in another process, kills it when it has told so many rows, and returns them and what else it told.
std::set<std::string> killed_after(int told, const std::string& url, const std::string& path) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const std::string url_setting = "INSTRUCTOR_TEST_URL=" + url;
  const std::string path_setting = "INSTRUCTOR_TEST_CHECKPOINT=" + path;
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 3);
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    putenv(const_cast<char*>(url_setting.c_str()));
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
    if (static_cast<int>(texts.size()) == told) kill(child, SIGKILL);
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  return texts;
}

/// Whatever was killed, and when: the next run gives every row, and asks none again that was handed out or kept.
void expect_to_go_on(CountingServer& server, const std::string& path, const std::set<std::string>& told) {
  const std::map<std::string, int> before = server.asked();
  std::set<std::string> all;
  std::set<std::string> kept;
  auto run = run_over(server.url(), path);
  for (auto& row : run) {
    ASSERT_TRUE(row) << row.error().what();
    EXPECT_TRUE(all.insert(row->text).second);
    EXPECT_EQ(row->text, documents()[row.index()]);
    if (row.origin() == RowOrigin::checkpoint) kept.insert(row->text);
  }
  EXPECT_EQ(all.size(), static_cast<std::size_t>(rows));
  for (const std::string& text : told) EXPECT_TRUE(kept.contains(text)) << text;
  const std::map<std::string, int> after = server.asked();
  for (const std::string& text : all) {
    const int earlier = before.contains(text) ? before.at(text) : 0;
    EXPECT_EQ(after.at(text), earlier + (kept.contains(text) ? 0 : 1)) << text;
  }
}

TEST(MapRun, GoesOnAfterItWasKilledWhileCallsWereUnderWay) {
  const support::TemporaryDirectory directory;
  CountingServer server;
  server.allow(20);
  // All that is answered is told; the next calls wait.
  const std::set<std::string> told = killed_after(20, server.url(), directory / "run.db");
  EXPECT_EQ(told.size(), 20u);
  server.allow(all_answers);
  expect_to_go_on(server, directory / "run.db", told);
  EXPECT_EQ(sqlite::Database::open(directory / "run.db").number("SELECT count(*) FROM answers"), rows);
}

TEST(MapRun, GoesOnAfterItWasKilledAgainAndAgain) {
  const support::TemporaryDirectory directory;
  CountingServer server;
  std::set<std::string> told;
  for (const int more : {1, 3, 5, 8}) {
    // Enough for the calls that were under way when the last one was killed, and 8 more; too few to come to the end.
    server.allow(concurrency + 8);
    told.merge(killed_after(static_cast<int>(told.size()) + more, server.url(), directory / "run.db"));
  }
  server.allow(all_answers);
  expect_to_go_on(server, directory / "run.db", told);
}

}  // namespace
}  // namespace instructor
