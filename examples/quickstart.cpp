// People in a text.
//
//   quickstart [provider/model] [file]

#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <instructor/instructor.hpp>

#include "read_file.hpp"

struct Person {
  std::string name;
  int age;
  std::optional<std::string> email;
};

struct Team {
  std::vector<Person> people;
};

int main(int argc, char** argv) {
  try {
    auto client = instructor::from_provider(argc > 1 ? argv[1] : "openai/gpt-4o-mini");
    Team team = client.create<Team>(read_file(argc > 2 ? argv[2] : "examples/documents/team.txt"));
    for (const Person& person : team.people)
      std::cout << person.name << ", " << person.age << (person.email ? ", " + *person.email : "") << '\n';
  } catch (const instructor::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
