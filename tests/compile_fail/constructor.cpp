// expect: this class is no aggregate (it has a constructor, a private member, a virtual function or a base class that
// is not public): give it a

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

class Model {
 public:
  Model() {}
  std::string name;
#ifdef GOOD
  static constexpr auto describe() { return instructor::model<Model>(instructor::field<&Model::name>()); }
#endif
};

const auto& table = instructor::type_of<Model>();
