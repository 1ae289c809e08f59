// expect: no enumerator of this enum was found among the values -16 to 239 and the powers of two

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

enum class Far { away = 3001 };
#ifdef GOOD
template <>
struct instructor::Describe<Far> {
  static constexpr auto describe() { return instructor::enumeration<Far>(instructor::range<3000, 3010>); }
};
#endif
struct Model {
  Far far;
};

const auto& table = instructor::type_of<Model>().fields[0].type->kind;
