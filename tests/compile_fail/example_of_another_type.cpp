// expect: example(value): the value does not fit the field's type

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
    return instructor::model<Model>(instructor::field<&Model::value>(instructor::example(1)));
#else
    return instructor::model<Model>(instructor::field<&Model::value>(instructor::example(1.5)));
#endif
  }
};

const auto& table = instructor::type_of<Model>();
