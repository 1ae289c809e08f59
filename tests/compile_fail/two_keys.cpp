// expect: two fields of this model have the same key

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
  int first;
  int second;
  static constexpr auto describe() {
#ifdef GOOD
    return instructor::model<Model>(instructor::field<&Model::second>(instructor::alias("third")));
#else
    return instructor::model<Model>(instructor::field<&Model::second>(instructor::alias("first")));
#endif
  }
};

const auto& table = instructor::type_of<Model>();
