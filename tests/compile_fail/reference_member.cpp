// expect: a reference member cannot be filled later; hold a value, a std::unique_ptr or a std::shared_ptr instead

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
#ifdef GOOD
  int number;
#else
  int& number;
#endif
};

const auto& table = instructor::type_of<Model>();
