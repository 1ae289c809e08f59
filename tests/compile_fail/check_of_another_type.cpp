// expect: check: the predicate cannot be called with the field's value

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
    return instructor::model<Model>(instructor::field<&Model::value>(instructor::check([](int) { return true; }, "x")));
#else
    return instructor::model<Model>(
        instructor::field<&Model::value>(instructor::check([](const std::string&) { return true; }, "x")));
#endif
  }
};

const auto& table = instructor::type_of<Model>();
