// expect: default_value(value): the value does not fit the field's type

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
  int value;
  static constexpr auto describe() {
#ifdef GOOD
    return instructor::model<Model>(instructor::field<&Model::value>(instructor::default_value(1)));
#else
    return instructor::model<Model>(instructor::field<&Model::value>(instructor::default_value("one")));
#endif
  }
};

const auto& table = instructor::type_of<Model>();
