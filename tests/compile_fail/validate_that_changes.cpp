// expect: validate must be const: it judges the value and does not change it

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
  int value;
#ifdef GOOD
  void validate(instructor::Issues&) const {}
#else
  void validate(instructor::Issues&) { value = 0; }
#endif
};

const auto& table = instructor::type_of<Model>();
