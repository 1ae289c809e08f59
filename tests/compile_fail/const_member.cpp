// expect: a const member cannot be filled; remove the const

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
#ifdef GOOD
  int number = 3;
#else
  const int number = 3;
#endif
};

const auto& table = instructor::type_of<Model>();
