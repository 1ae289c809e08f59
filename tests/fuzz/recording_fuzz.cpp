// Files that tests of users read: recordings, and the scripts of the practice server.

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include <nlohmann/json.hpp>

#include "cli/mock_script.hpp"
#include "fuzz.hpp"
#include "instructor/testing.hpp"

namespace {

/// A file in memory that has a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(memfd_create("fuzz", 0)) {
    fuzz::expect(write(descriptor_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
                 "a file in memory");
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

struct Nowhere final : instructor::HttpSink {
  void head(instructor::HttpHead) override {}
  bool body(std::string_view) override { return true; }
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace instructor;
  const MemoryFile file(fuzz::text_of(data, size));
  try {
    const auto transport = testing::recording(file.path());
    Nowhere sink;
    for (int i = 0; i < 3; ++i) transport->send({.url = "http://localhost/v1", .headers = {}, .body = "{}"}, sink);
  } catch (const Error& error) {
    fuzz::expect(error.code() == ErrorCode::invalid_request, "a recording that cannot be used says so");
  }
  try {
    cli::MockScript script({}, 1, {});
    script.load(file.path());
    testing::AskedFor asked;
    asked.conversation = "NK-4471";
    for (int i = 0; i < 3; ++i) (void)script.answer(asked).reply.render("{}");
  } catch (const Error& error) {
    fuzz::expect(error.code() == ErrorCode::invalid_configuration, "a script that cannot be used says so");
  }
  return 0;
}
