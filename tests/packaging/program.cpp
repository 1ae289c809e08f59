#include <instructor/instructor.hpp>
#include <instructor/testing.hpp>

#include <iostream>

struct User {
  std::string name;
  int age;
};

int main() {
  auto client = instructor::testing::scripted({R"({"name":"Jason","age":25})"});
  std::cout << instructor::encode(client.create<User>("Jason is 25 years old")) << '\n';
}
