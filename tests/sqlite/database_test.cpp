#include "sqlite/database.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

#include "instructor/error.hpp"
#include "support/program.hpp"

namespace instructor::sqlite {
namespace {

TEST(Database, GivesBackWhatItWasGiven) {
  Database database = Database::temporary();
  database.run("CREATE TABLE things (key BLOB PRIMARY KEY, text TEXT, number INTEGER)");
  Statement add = database.prepare("INSERT INTO things VALUES (?, ?, ?)");
  const std::string text("it's \"so\" \0 \xF0\x9F\x90\xB3", 16);
  const std::string key("\0\xFF'", 3);
  add.run(Bytes{key}, std::string_view(text), std::int64_t{-5});
  add.run(Bytes{"other"}, std::string_view(), std::int64_t{INT64_MAX});
  Statement find = database.prepare("SELECT text, number FROM things WHERE key = ?");
  for (int round = 0; round < 2; ++round) {
    Rows rows = find.ask(Bytes{key});
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.text(0), text);
    EXPECT_EQ(rows.number(1), -5);
    EXPECT_FALSE(rows.next());
  }
  Rows rows = find.ask(Bytes{"other"});
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.text(0), "");
  EXPECT_EQ(rows.number(1), INT64_MAX);
}

TEST(Database, DoesAllOfATransactionOrNothing) {
  Database database = Database::temporary();
  database.run("CREATE TABLE things (number INTEGER PRIMARY KEY)");
  EXPECT_THROW(database.transaction([&] {
    database.run("INSERT INTO things VALUES (1)");
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(database.number("SELECT count(*) FROM things"), 0);
  EXPECT_THROW(database.transaction([&] { database.run("INSERT INTO things VALUES (1), (1)"); }), Error);
  database.transaction([&] { database.run("INSERT INTO things VALUES (1)"); });
  EXPECT_EQ(database.number("SELECT count(*) FROM things"), 1);
}

TEST(Database, IsAFileWhateverItsName) {
  const support::TemporaryDirectory directory;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(directory / "");
  Database::open(":memory:").run("CREATE TABLE things (number INTEGER)");
  EXPECT_EQ(Database::open(":memory:").number("SELECT count(*) FROM sqlite_master"), 1);
  std::filesystem::current_path(before);
  EXPECT_TRUE(std::filesystem::exists(directory / ":memory:"));
}

TEST(Database, SaysWhatIsWrongWithAStatement) {
  Database database = Database::temporary();
  try {
    database.run("CREATE THINGS");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "the temporary file for answers cannot be used (SQL logic error)");
  }
}

}  // namespace
}  // namespace instructor::sqlite
