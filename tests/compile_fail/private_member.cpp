// expect: this class is no aggregate

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

class Model {
#ifdef GOOD
 public:
#endif
  std::string name;
};

const auto& table = instructor::type_of<Model>();
