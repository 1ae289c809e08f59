// expect: check(predicate, message) takes a lambda without captures

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
    [[maybe_unused]] constexpr int limit = 3;
#ifdef GOOD
    return instructor::model<Model>(
        instructor::field<&Model::value>(instructor::check([](int v) { return v < 3; }, "small")));
#else
    return instructor::model<Model>(
        instructor::field<&Model::value>(instructor::check([l = limit](int v) { return v < l; }, "small")));
#endif
  }
};

const auto& table = instructor::type_of<Model>();
