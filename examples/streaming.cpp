// A mail becomes the draft of a reply, and is shown while it is written.
//
//   streaming [provider/model] [file]

#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include <instructor/instructor.hpp>

#include "read_file.hpp"

enum class Mood { pleased, neutral, annoyed, angry };

struct Step {
  std::string who, what;
};

struct Draft {
  std::string subject;
  Mood mood;
  std::vector<Step> steps;
  std::string reply;

  static constexpr auto describe() {
    using namespace instructor;
    return model<Draft>("The draft of a reply to a customer's mail", field<&Draft::mood>("Of the customer"),
                        field<&Draft::steps>("What has to be done, and by whom", max_items(5)),
                        field<&Draft::reply>("Friendly and short, in the customer's language", min_length(1)));
  }
};

/// In a terminal on an empty screen each time, elsewhere one line after the other.
void show(const instructor::Partial<Draft>& draft, int attempt) {
  static const bool in_terminal = isatty(STDOUT_FILENO) == 1;
  if (in_terminal) std::cout << "\033[H\033[J";
  if (attempt > 1) std::cout << "(attempt " << attempt << ") ";
  std::cout << draft.json(in_terminal ? 2 : -1) << '\n' << std::flush;
}

int main(int argc, char** argv) {
  try {
    auto client = instructor::from_provider(argc > 1 ? argv[1] : "openai/gpt-4o-mini");
    const std::string mail = read_file(argc > 2 ? argv[2] : "examples/documents/broken-kettle.txt");

    auto stream = client.create_partial<Draft>(mail);
    for (const instructor::Partial<Draft>& draft : stream) show(draft, stream.attempt());

    const Draft draft = stream.result();
    std::cout << '\n' << draft.steps.size() << " steps, " << stream.completion().usage.total_tokens << " tokens\n";
  } catch (const instructor::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
