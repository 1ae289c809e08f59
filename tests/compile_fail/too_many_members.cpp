// expect: this struct has more than 128 members; group them into structs, or list them in a

#include <any>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <instructor/model.hpp>

#define TEN(p) int p##0, p##1, p##2, p##3, p##4, p##5, p##6, p##7, p##8, p##9;
struct Model {
  TEN(a)
  TEN(b) TEN(c) TEN(d) TEN(e) TEN(f) TEN(g) TEN(h) TEN(i) TEN(j) TEN(k) TEN(l)
#ifndef GOOD
      TEN(m)
#endif
};

const auto& table = instructor::type_of<Model>();
