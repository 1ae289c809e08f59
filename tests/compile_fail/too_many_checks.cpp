// expect: at most four checks, soft ones counted

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

bool is_small(int value) { return value < 3; }

struct Model {
  int value;
  static constexpr auto describe() {
    using namespace instructor;
#ifdef GOOD
    return model<Model>(field<&Model::value>(check<is_small>("a"), check<is_small>("b"), soft_check<is_small>("c"),
                                             soft_check<is_small>("d")));
#else
    return model<Model>(field<&Model::value>(check<is_small>("a"), check<is_small>("b"), check<is_small>("c"),
                                             soft_check<is_small>("d"), soft_check<is_small>("e")));
#endif
  }
};

const auto& table = instructor::type_of<Model>();
