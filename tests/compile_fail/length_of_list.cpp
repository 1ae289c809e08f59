// expect: min_length and max_length apply to strings; this field is none (for lists and maps there are min_items and
// max_items)

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Model {
  std::vector<int> value;
  static constexpr auto describe() {
#ifdef GOOD
    return instructor::model<Model>(instructor::field<&Model::value>(instructor::min_items(1)));
#else
    return instructor::model<Model>(instructor::field<&Model::value>(instructor::min_length(1)));
#endif
  }
};

const auto& table = instructor::type_of<Model>();
