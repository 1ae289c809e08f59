// expect: one description is enough

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
    return instructor::model<Model>(instructor::field<&Model::value>("one"));
#else
    return instructor::model<Model>(instructor::field<&Model::value>("one", "two"));
#endif
  }
};

const auto& table = instructor::type_of<Model>();
