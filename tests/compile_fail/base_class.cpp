// expect: this struct has a base class, whose members reflection cannot tell apart: list all of them, inherited ones
// included, in a

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Base {
  int id;
};
struct Model : Base {
  std::string name;
#ifdef GOOD
  static constexpr auto describe() {
    return instructor::model<Model>(instructor::field<&Model::id>(), instructor::field<&Model::name>());
  }
#endif
};

const auto& table = instructor::type_of<Model>();
