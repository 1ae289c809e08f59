// expect: the keys of a JSON object are strings; write std::map<std::string, T>

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
#ifdef GOOD
  std::map<std::string, int> map;
#else
  std::map<double, int> map;
#endif
};

const auto& table = instructor::type_of<Model>().fields[0].type->kind;
