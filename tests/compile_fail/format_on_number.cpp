// expect: format applies to strings; this field is none

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
#ifdef GOOD
  std::string value;
#else
  int value;
#endif
  static constexpr auto describe() {
    return instructor::model<Model>(instructor::field<&Model::value>(instructor::format("email")));
  }
};

const auto& table = instructor::type_of<Model>();
