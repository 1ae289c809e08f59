// expect: tag applies to a std::variant, or a container of them; this field is neither

#include <string>
#include <variant>
#include <vector>

#include <instructor/model.hpp>

struct Cat {
  std::string name;
};
struct Dog {
  std::string name;
};
struct Model {
#ifdef GOOD
  std::vector<std::variant<Cat, Dog>> value;
#else
  std::vector<Cat> value;
#endif
  static constexpr auto describe() {
    return instructor::model<Model>(instructor::field<&Model::value>(instructor::tag("kind")));
  }
};

const auto& table = instructor::type_of<Model>();
