// expect: check: the predicate cannot be called with the field's value, nor with the value and a const Context&

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

bool is_small(const int& value, const instructor::Context&) { return value < 3; }
bool is_small_for(const int& value, int limit) { return value < limit; }

struct Model {
  int value;
  static constexpr auto describe() {
    using namespace instructor;
#ifdef GOOD
    return model<Model>(field<&Model::value>(check<is_small>("small")));
#else
    return model<Model>(field<&Model::value>(check<is_small_for>("small")));
#endif
  }
};

const auto& table = instructor::type_of<Model>();
