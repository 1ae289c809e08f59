// expect: min_items and max_items apply to lists, sets and maps; this field is none (for strings there are min_length
// and max_length)

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
  std::string value;
  static constexpr auto describe() {
#ifdef GOOD
    return instructor::model<Model>(instructor::field<&Model::value>(instructor::max_length(1)));
#else
    return instructor::model<Model>(instructor::field<&Model::value>(instructor::max_items(1)));
#endif
  }
};

const auto& table = instructor::type_of<Model>();
