// expect: a C array member has no JSON form; write std::array<T, N> or std::vector<T>

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
#ifdef GOOD
  std::array<char8_t, 0>* unused = nullptr;
  std::string text;
#else
  char text[20];
#endif
  static constexpr auto describe() { return instructor::model<Model>(instructor::field<&Model::text>()); }
};

const auto& table = instructor::type_of<Model>();
