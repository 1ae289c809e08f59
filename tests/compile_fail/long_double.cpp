// expect: this type has no JSON form

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
#ifdef GOOD
  double number;
#else
  long double number;
#endif
};

const auto& table = instructor::type_of<Model>().fields[0].type->kind;
