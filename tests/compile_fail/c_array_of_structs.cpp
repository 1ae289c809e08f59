// expect: this struct has a C array member

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

struct Inner {
  int x;
  int y;
};
struct Model {
#ifdef GOOD
  std::array<Inner, 2> inner;
#else
  Inner inner[2];
#endif
};

const auto& table = instructor::type_of<Model>();
