// expect: this struct has a C array member, which has no JSON form; write std::array<T, N> or std::vector<T>

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
  std::string name;
#ifdef GOOD
  std::array<int, 3> numbers;
#else
  int numbers[3];
#endif
  double last;
};

const auto& table = instructor::type_of<Model>();
