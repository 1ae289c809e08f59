// expect: ge, gt, le, lt and multiple_of apply to integers and floating-point numbers; this field is neither

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
#ifdef GOOD
  int value;
#else
  std::string value;
#endif
  static constexpr auto describe() {
    return instructor::model<Model>(instructor::field<&Model::value>(instructor::ge(1)));
  }
};

const auto& table = instructor::type_of<Model>();
